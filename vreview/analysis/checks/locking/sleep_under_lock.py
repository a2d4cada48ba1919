# SPDX-License-Identifier: GPL-2.0-or-later
"""A path sleeps, itself or functions below, while it holds a lock that forbids it."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.locks import drops_by_other_name
from vreview.analysis.state import Held
from vreview.analysis.summary import Fact, told_not_to_sleep

RULE = "sleep-under-lock"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each sleeping call and lock."""
    if function.summary.asks_context:
        return
    told: set[tuple[int, str]] = set()
    for moment in function.flow.calls():
        held = _atomic(moment, file.knowledge)
        call = moment.expr
        if held is None or call is None or (moment.line, held.key) in told:
            continue
        slept = _sleeps(call, held, file)
        same = function.tested.same
        if slept is None or drops_by_other_name(function.graph, held, same, file.knowledge):
            continue
        told.add((moment.line, held.key))
        fact, via = slept
        name = held.key or held.family
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=f"{name}: {call.text}",
            words=(("lock", name), ("call", fact.call), ("taken", held.call)),
            steps=(
                HitStep(held.line, f"{held.call}({held.key}) takes it"),
                *moment.state.steps(8),
                HitStep(moment.line, f"{via}{fact.call}() may sleep"),
            ),
        )


def _atomic(moment: Moment, knowledge: Knowledge) -> Held | None:
    for held in moment.state.locks:
        family = knowledge.families.get(held.family)
        if family is not None and family.atomic:
            return held
    return None


def _sleeps(call: Expr, held: Held, file: FileFacts) -> tuple[Fact, str] | None:
    knowledge = file.knowledge
    if told_not_to_sleep(call):
        return None
    if call.text.startswith("pm_runtime_") and b"pm_runtime_irq_safe" in file.masked:
        return None
    lock = knowledge.takes.get(call.text)
    if (lock is not None and lock.sleeps) or call.text in knowledge.sleepers:
        return Fact(call.line, call.text), ""
    if any(kid.kind is K.NAME and kid.text in knowledge.sleeping_flags for kid in call.kids):
        return Fact(call.line, call.text), ""
    below = file.world.find(call.text, file.sleeps_in, deepest=4)
    if below is None or last_field(held.key) in file.world.drops_below(call.text):
        return None
    chain = " → ".join(f"{f.name}()" for f in below.chain)
    return below.fact, f"{chain} → "
