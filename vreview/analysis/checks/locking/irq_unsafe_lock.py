# SPDX-License-Identifier: GPL-2.0-or-later
"""A lock that an interrupt of the file takes is taken where that interrupt can come in between.

Both must be the same member of the same struct, as far as the file says, and the file must show
that this function runs with interrupts (or bottom halves) on.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.contexts import InInterrupt, interruptible_by, quieted, taken_in_interrupts
from vreview.analysis.evaluate import Moment
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.knowledge import Level
from vreview.analysis.lockclass import Taking, takings

RULE = "irq-unsafe-lock"
_LEVELS: tuple[Level, ...] = ("hardirq", "softirq")
_OFF = {"hardirq": "interrupts", "softirq": "bottom halves"}


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each class of lock that the function takes so."""
    told = set()
    for level in _LEVELS:
        for taking in takings(function, file):
            inside = taken_in_interrupts(file).get((level, taking.of))
            if inside is None or taking.of in told or not _can_meet(taking, inside):
                continue
            moment = _moment(function, taking, level, file)
            way = interruptible_by(function, level, file) if moment is not None else None
            if way is None:
                continue
            told.add(taking.of)
            yield _hit(function, taking, inside, level, way)


def _can_meet(taking: Taking, inside: InInterrupt) -> bool:
    return not (inside.reads and "reading" in taking.how.family)


def _moment(
    function: FunctionFacts, taking: Taking, level: Level, file: FileFacts
) -> Moment | None:
    """The lock is taken with what comes at ``level`` still on."""
    how = file.knowledge.interrupts.get(taking.call.text)
    if how is not None and (how.what == "irq" or level == "softirq"):
        return None
    for moment in function.flow.calls():
        state = moment.state
        if moment.expr is taking.call and not state.blind and not quieted(state, level):
            return moment
    return None


def _hit(
    function: FunctionFacts,
    taking: Taking,
    inside: InInterrupt,
    level: Level,
    way: tuple[HitStep, ...],
) -> Hit:
    callback = inside.callback
    via = " → ".join(f"{name}()" for name in inside.chain)
    line = taking.call.line
    return Hit(
        rule=RULE,
        function=function.name,
        line=line,
        subject=f"{taking.of}: {callback.function}",
        words=(
            ("lock", str(taking.of)),
            ("call", taking.call.text),
            ("handler", callback.function),
            ("how", callback.how),
            ("what", _OFF[level]),
        ),
        steps=(
            HitStep(callback.line, f"{callback.function}() becomes {callback.how}: {level}"),
            HitStep(inside.taking.call.line, f"{via} takes {taking.of} there"),
            *way,
            HitStep(line, f"{taking.call.text}() leaves {_OFF[level]} on"),
        ),
    )
