# SPDX-License-Identifier: GPL-2.0-or-later
"""What a path's calls do to the locks that it holds: taken, dropped, and lost from sight.

Pure steps from state to state; which calls take and drop is the knowledge's to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, K, last_field, object_key, render, walk
from vreview.analysis.graph import Graph, Op
from vreview.analysis.knowledge import Knowledge, LockCall
from vreview.analysis.state import Held, Quiet, State, V, Value
from vreview.analysis.state import take as hold
from vreview.analysis.summary import World, lock_key

_LETS_GO = re.compile(
    r"unlock|release|drop|finish|complete|_end\b|_end_|_put\b|put_|_exit|leave|detach|abort|done"
    r"|commit|restart|suspend|_stop\b|destroy|free",
    re.IGNORECASE,
)
_NOT_OURS = re.compile(r"page|folio|buffer|inode|_bh$|rq_|^unlock_|hand|queue")
UNSURE = "unsure"


def paired(graph: Graph, knowledge: Knowledge) -> Mapping[str, tuple[LockCall, bool]]:
    """Calls of this function that are a pair by their names, ``x_lock(o)`` and ``x_unlock(o)``, and
    whose result nobody reads: how each locks, and whether it takes."""
    calls: set[str] = set()
    silent: dict[str, bool] = {}
    bare: set[str] = set()
    others: dict[str, set[tuple[str, ...]]] = {}
    for node in graph.nodes:
        for expr in walk(node.expr) if node.expr is not None else ():
            if expr.kind is K.CALL and "lock" in expr.text and expr.text.isidentifier():
                calls.add(expr.text)
                alone = node.op is Op.EVAL and expr is node.expr
                silent[expr.text] = silent.get(expr.text, True) and alone
                if not expr.kids:
                    bare.add(expr.text)
                rest = tuple(render(kid) for kid in expr.kids[1:])
                others.setdefault(expr.text, set()).add(rest)
    found: dict[str, tuple[LockCall, bool]] = {}
    for name in calls:
        if "unlock" not in name or name in knowledge.drops or _NOT_OURS.search(name):
            continue
        partner = name.replace("unlock", "lock", 1)
        if partner in calls and len(others[name] | others[partner]) > 1:
            continue  # which lock it is, the other arguments say
        if partner in calls and silent[partner] and partner not in knowledge.takes:
            arg = -1 if partner in bare else 0
            how = LockCall(f"{partner}()", arg, "always", sleeps=False)
            found |= {partner: (how, True), name: (how, False)}
    return found


def take(
    call: Expr, lock: LockCall, state: State, quiet: Quiet | None = None
) -> tuple[Value | None, State]:
    """The call takes a lock, at once or for one of its results, and turns off ``quiet``."""
    named = call.kids[lock.arg] if 0 <= lock.arg < len(call.kids) else None
    if named is not None and named.kind is K.NAME:
        known = state.values.get(named.text, Value(V.RESULT))
        if known.kind is V.RESULT:
            there = replace(known, kind=V.NONZERO)
            state = replace(state, values={**state.values, named.text: there})
    taken = Held(lock_key(call, lock.arg), lock.family, call.line, call.text, quiet)
    if lock.success == "always":
        return None, hold(state, taken)
    return Value(V.RESULT, call.text, call.line, taken, lock.success), state


def drop(state: State, key: str, family: str, line: int) -> State:
    """The lock is no longer held, since ``line``."""
    kept = tuple(h for h in state.locks if not (h.key == key and h.family == family))
    shed = state.shed
    if key and shed.get((key, family)) != str(line):
        shed = {**shed, (key, family): str(line)}
    if len(kept) == len(state.locks) and shed is state.shed:
        return state
    return replace(state, locks=kept, shed=shed)


def drops_by_other_name(
    graph: Graph, held: Held, copies: Callable[[str], frozenset[str]], knowledge: Knowledge
) -> bool:
    """Somewhere a lock of this family and member is dropped that may be this one: through a copy
    of the pointer to it, or where one of the two is reached by a call."""
    root, field = _root_of(held.key), last_field(held.key)
    for node in graph.nodes:
        for expr in walk(node.expr) if node.expr is not None else ():
            drop_ = knowledge.drops.get(expr.text) if expr.kind is K.CALL else None
            if drop_ is None or drop_.family != held.family:
                continue
            key = lock_key(expr, drop_.arg)
            if key == held.key or last_field(key) != field:
                continue
            if "(" in key + held.key or _root_of(key) in copies(root):
                return True
    return False


def _root_of(key: str) -> str:
    return key.lstrip("&*(").split("->", 1)[0].split("[", 1)[0]


def lost_in_call(state: State, call: Expr, world: World) -> State:
    """Forget the locks that the callee, or whom it is handed to call, may drop."""
    if state.shed:
        state = _may_be_taken(state, call, world)
    if not state.locks:
        return state
    handed = [kid.text for kid in call.kids if kid.kind is K.NAME]
    fields = frozenset[str]().union(*map(world.drops_below, (call.text, *handed)))
    if any(h.family.endswith("()") for h in state.locks):
        below = world.calls_below(call.text)
        fields |= {
            last_field(h.key)
            for h in state.locks
            if h.family[:-2].replace("lock", "unlock", 1) in below
        }
    unknown = call.text not in world.functions and bool(_LETS_GO.search(call.text))
    if not fields and not unknown:
        return state
    given = {object_key(kid) for kid in call.kids}
    kept = tuple(
        h
        for h in state.locks
        if last_field(h.key) not in fields and not (unknown and given & _owners(h.key))
    )
    if len(kept) == len(state.locks):
        return state
    lost = {(h.key, h.family): UNSURE for h in state.locks if h not in kept}
    with_them = [h.quiet for h in state.locks if h not in kept]
    quiet = tuple(q for q in state.quiet if q not in with_them)
    return replace(state, locks=kept, shed={**state.shed, **lost}, quiet=quiet)


def _may_be_taken(state: State, call: Expr, world: World) -> State:
    """Whether a dropped lock is held again is not known after a call that may take it."""
    given = {object_key(kid) for kid in call.kids}
    if call.text in world.functions:
        fields = world.takes_below(call.text)
        doubt = {k for k in state.shed if last_field(k[0]) in fields}
    else:
        doubt = {k for k in state.shed if given & _owners(k[0])}
    if all(state.shed[k] == UNSURE for k in doubt):
        return state
    return replace(state, shed={**state.shed, **dict.fromkeys(doubt, UNSURE)})


def _owners(key: str) -> set[str]:
    """The lock itself, and the objects that it lies in: who gets one of them may drop it."""
    owners = {key}
    while "->" in key:
        key = key.rsplit("->", 1)[0]
        owners.add(key)
    return owners
