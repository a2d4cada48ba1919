# SPDX-License-Identifier: GPL-2.0-or-later
"""A lock is held while waiting for a callback that takes the same lock: neither ever goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import Held
from vreview.analysis.summary import Callback, Fact, Found, FunctionSummary, waited_field

RULE = "waiter-under-callback-lock"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each waiting call and lock."""
    for moment in function.flow.calls():
        if not moment.state.locks or moment.expr is None:
            continue
        waits = _waits(moment, file)
        if waits is None:
            continue
        for held in moment.state.locks:
            for callback in file.world.callbacks:
                taken = _takes(callback, waits, held, file)
                if taken is not None:
                    yield _hit(function, moment, held, waits, callback, taken, file)
                    break


def _waits(moment: Moment, file: FileFacts) -> Fact | None:
    call = moment.expr
    if call is None:
        return None
    waiter = file.knowledge.waiters.get(call.text)
    if waiter is not None:
        return Fact(call.line, call.text, waiter.kind, waited_field(call, waiter.object))
    below = file.world.find(call.text, lambda summary: summary.waits, deepest=4)
    return below.fact if below is not None else None


def _takes(callback: Callback, waits: Fact, held: Held, file: FileFacts) -> Found | None:
    kinds = (waits.family, f"{waits.family} thread")  # an interrupt's thread is waited for as well
    if callback.kind not in kinds or not held.key:
        return None
    if waits.field and callback.field and waits.field != callback.field:
        return None

    def same_lock(summary: FunctionSummary) -> Sequence[Fact]:
        return [
            fact
            for fact in summary.takes
            if fact.family == held.family and fact.field == last_field(held.key)
        ]

    return file.world.find(callback.function, same_lock)


def _hit(
    function: FunctionFacts,
    moment: Moment,
    held: Held,
    waits: Fact,
    callback: Callback,
    taken: Found,
    file: FileFacts,
) -> Hit:
    end = taken.chain[-1]
    steps = [
        HitStep(held.line, f"{held.call}({held.key}) takes it"),
        HitStep(moment.line, f"{waits.call}() waits for {callback.function}() ({callback.how})"),
    ]
    if end.path == file.path:
        via = " → ".join(f"{f.name}()" for f in taken.chain)
        steps.append(HitStep(taken.fact.line, f"{via}: {taken.fact.call}() on the same lock"))
    return Hit(
        rule=RULE,
        function=function.name,
        line=moment.line,
        subject=f"{held.key}: {waits.call}",
        words=(
            ("lock", held.key),
            ("call", waits.call),
            ("callback", callback.function),
        ),
        steps=tuple(steps),
    )
