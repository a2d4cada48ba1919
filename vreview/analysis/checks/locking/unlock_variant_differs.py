# SPDX-License-Identifier: GPL-2.0-or-later
"""A lock is dropped by another variant than took it: interrupts stay off, or come on too much.

A path that makes up for it later is left alone, and so is a line that other paths reach with the
variant that fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.interrupts import flags_of
from vreview.analysis.knowledge import InterruptCall
from vreview.analysis.locks import UNSURE
from vreview.analysis.state import Held, Quiet
from vreview.analysis.summary import lock_key

RULE = "unlock-variant-differs"
_WHAT = {"irq": "interrupts", "bh": "bottom halves"}
_HANDS_OVER = re.compile(r"(?<!un)lock|acquire|_begin|enter|grab|suspend|freeze|disable|enable")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each line that drops so."""
    if not any(c.call in file.knowledge.interrupts for c in function.summary.calls):
        return
    drops = list(_drops(function, file))
    fitting = {m.line for m, held, how in drops if _fits(held, how)}
    entered = _held_at_entry(function, file)
    drops = [drop for drop in drops if drop[1].key not in entered]
    told: set[int] = set()
    for moment, held, how in drops:
        effect = _effect(moment, held, how, function, file)
        if effect and moment.line not in fitting | told:
            told.add(moment.line)
            yield _hit(function, moment.line, held, moment, effect)
    if _HANDS_OVER.search(function.name):
        return
    for line, held, moment in _left_off(function, drops):
        if line not in fitting | told and held.quiet is not None:
            told.add(line)
            at = next(m for m, h, _ in drops if m.line == line and h.key == held.key)
            effect = f"{_WHAT[held.quiet.what]} stay off after the return on line {moment.line}"
            yield _hit(function, line, held, at, effect)


def _drops(
    function: FunctionFacts, file: FileFacts
) -> Iterator[tuple[Moment, Held, InterruptCall | None]]:
    """Every call that drops a lock which is held there, and what it turns on."""
    for moment in function.flow.calls():
        call = moment.expr
        drop = file.knowledge.drops.get(call.text) if call is not None else None
        if call is None or drop is None or moment.state.blind:
            continue
        key = lock_key(call, drop.arg)
        for held in moment.state.locks:
            if key and held.key == key and held.family == drop.family:
                yield moment, held, file.knowledge.interrupts.get(call.text)


def _held_at_entry(function: FunctionFacts, file: FileFacts) -> set[str]:
    """Locks that some path drops without having taken them: how they were taken is not seen."""
    found: set[str] = set()
    for moment in function.flow.calls():
        call = moment.expr
        drop = file.knowledge.drops.get(call.text) if call is not None else None
        if call is not None and drop is not None:
            key = lock_key(call, drop.arg)
            held = any(h.key == key for h in moment.state.locks)
            if not held and (key, drop.family) not in moment.state.shed:
                found.add(key)
    return found


def _fits(held: Held, how: InterruptCall | None) -> bool:
    if held.quiet is None or how is None:
        return held.quiet is None and how is None
    return held.quiet.what == how.what and bool(held.quiet.flags) == (how.turns == "restore")


def _effect(
    moment: Moment,
    held: Held,
    how: InterruptCall | None,
    function: FunctionFacts,
    file: FileFacts,
) -> str:
    """What goes wrong where the call turns something on; '' for nothing that is sure."""
    call = moment.expr
    if call is None or how is None or any(q.what == how.what for q in moment.state.quiet):
        return ""
    if held.quiet is None and how.turns == "on":
        return f"it turns on {_WHAT[how.what]} that nothing here has turned off"
    flags = flags_of(call, how)
    saved = any(_sets(expr, flags, file) for expr in function.expressions())
    if how.turns != "restore" or flags not in function.graph.locals or saved:
        return ""
    return f"it restores {flags}, which nothing has saved"


def _sets(expr: Expr, flags: str, file: FileFacts) -> bool:
    """The expression may give the flags a value: it saves them, or hands out their address."""
    how = file.knowledge.interrupts.get(expr.text) if expr.kind is K.CALL else None
    if how is not None:
        return how.turns == "save" and flags_of(expr, how) == flags
    given = expr.kids[:1] if expr.kind in (K.ADDRESS, K.ASSIGN) else ()
    return any(kid.key == flags for kid in given)


def _left_off(
    function: FunctionFacts, drops: list[tuple[Moment, Held, InterruptCall | None]]
) -> Iterator[tuple[int, Held, Moment]]:
    """Locks that are dropped at a return, and with which something was turned off that still is."""
    owners: dict[Quiet, Held] = {h.quiet: h for _, h, _ in drops if h.quiet is not None}
    for moment in function.flow.returns():
        for quiet in moment.state.quiet:
            held = owners.get(quiet)
            if held is None or any(h.quiet == quiet for h in moment.state.locks):
                continue
            line = moment.state.shed.get((held.key, held.family), UNSURE)
            foreign = quiet.flags and quiet.flags not in function.graph.locals
            if line != UNSURE and not foreign and not moment.state.blind:
                yield int(line), held, moment


def _hit(function: FunctionFacts, line: int, held: Held, moment: Moment, effect: str) -> Hit:
    call = moment.expr.text if moment.expr is not None else ""
    return Hit(
        rule=RULE,
        function=function.name,
        line=line,
        subject=f"{held.key}: {call}",
        words=(("lock", held.key), ("taken", held.call), ("call", call), ("effect", effect)),
        steps=(
            HitStep(held.line, f"{held.call}({held.key}) takes it"),
            *moment.state.steps(8),
            HitStep(line, f"{call}({held.key}): {effect}"),
        ),
    )
