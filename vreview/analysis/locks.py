# SPDX-License-Identifier: GPL-2.0-or-later
"""What a path's calls do to the locks that it holds: taken, dropped, and lost from sight.

Pure steps from state to state; which calls take and drop is the knowledge's to say.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vreview.analysis.expr import Expr, K, last_field, object_key
from vreview.analysis.knowledge import LockCall
from vreview.analysis.state import Held, State, V, Value
from vreview.analysis.state import take as hold
from vreview.analysis.summary import World, lock_key

_LETS_GO = re.compile(
    r"unlock|release|drop|finish|complete|_end\b|_end_|_put\b|put_|_exit|leave|detach|abort|done"
    r"|commit|restart|suspend|_stop\b|destroy|free",
    re.IGNORECASE,
)


def take(call: Expr, lock: LockCall, state: State) -> tuple[Value | None, State]:
    """The call takes a lock, at once or for one of its results."""
    taken = Held(lock_key(call, lock.arg), lock.family, call.line, call.text)
    if lock.success == "always":
        return None, hold(state, taken)
    return Value(V.RESULT, call.text, call.line, taken, lock.success), state


def drop(state: State, key: str, family: str) -> State:
    """The lock is no longer held."""
    kept = tuple(h for h in state.locks if not (h.key == key and h.family == family))
    if len(kept) == len(state.locks):
        return state
    return replace(state, locks=kept)


def lost_in_call(state: State, call: Expr, world: World) -> State:
    """Forget the locks that the callee, or whom it is handed to call, may drop."""
    if not state.locks:
        return state
    handed = [kid.text for kid in call.kids if kid.kind is K.NAME]
    fields = frozenset[str]().union(*map(world.drops_below, (call.text, *handed)))
    unknown = call.text not in world.functions and bool(_LETS_GO.search(call.text))
    if not fields and not unknown:
        return state
    given = {object_key(kid) for kid in call.kids}
    kept = tuple(
        h
        for h in state.locks
        if last_field(h.key) not in fields and not (unknown and given & _owners(h.key))
    )
    return replace(state, locks=kept)


def _owners(key: str) -> set[str]:
    """The lock itself, and the objects that it lies in: who gets one of them may drop it."""
    owners = {key}
    while "->" in key:
        key = key.rsplit("->", 1)[0]
        owners.add(key)
    return owners
