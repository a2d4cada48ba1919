# SPDX-License-Identifier: GPL-2.0-or-later
"""What a path's calls do to interrupts and bottom halves: off, and on again.

Only what the path itself turns off is known; how it was entered is not. Which calls do so is the
knowledge's to say; the locks among them are taken in ``locks``.
"""

from __future__ import annotations

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, object_key
from vreview.analysis.knowledge import InterruptCall
from vreview.analysis.state import Quiet, State, turned_off


def off(call: Expr, how: InterruptCall | None) -> Quiet | None:
    """What the call turns off, if it does."""
    if how is None or how.turns not in ("save", "off"):
        return None
    return Quiet(how.what, flags_of(call, how), call.line, call.text)


def flags_of(call: Expr, how: InterruptCall) -> str:
    """What keeps, or kept, how it was before; '' for calls that do not care."""
    if how.turns not in ("save", "restore") or how.flags >= len(call.kids):
        return ""
    return object_key(call.kids[how.flags])


def changed(call: Expr, how: InterruptCall, state: State) -> State:
    """The state after a call that takes no lock, or drops one."""
    quiet = state.quiet
    if how.turns in ("save", "off"):
        quiet = turned_off(quiet, off(call, how))
    elif how.turns == "on" and how.what == "irq":
        quiet = tuple(q for q in quiet if q.what != "irq")
    else:
        flags = flags_of(call, how)
        same = [n for n, q in enumerate(quiet) if q.what == how.what and q.flags == flags]
        quiet = quiet[: same[-1]] + quiet[same[-1] + 1 :] if same else quiet
    return replace(state, quiet=quiet) if quiet != state.quiet else state


def lost_in_call(call: Expr, state: State) -> State:
    """Whoever is handed the flags may restore them."""
    given = {object_key(kid) for kid in call.kids}
    kept = tuple(q for q in state.quiet if not q.flags or q.flags not in given)
    return replace(state, quiet=kept) if len(kept) < len(state.quiet) else state
