# SPDX-License-Identifier: GPL-2.0-or-later
"""Teardown frees what a callback works on, and only then waits for the callback to stop.

Evidence is a function of the file that gives something back and is reached both from the callback
and from the teardown, before the call that stops the callback.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.summary import Callback, Fact, FunctionSummary

RULE = "torn-down-before-stopped"
_DEEPEST = 5


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """At most one hit for each call that stops callbacks."""
    for waits in function.summary.waits:
        for callback in file.world.callbacks:
            if callback.kind != waits.family or not _same(callback, waits):
                continue
            hit = _early(function, waits, callback, file)
            if hit is not None:
                yield hit
                break


def _same(callback: Callback, waits: Fact) -> bool:
    return not (waits.field and callback.field and waits.field != callback.field)


def _early(function: FunctionFacts, waits: Fact, callback: Callback, file: FileFacts) -> Hit | None:
    if any(take.line < waits.line for take in function.summary.takes):
        return None  # perhaps the lock that keeps the callback away
    reached = {f.name: f for f in _below(callback.function, file) if _frees(f, file)}
    if not reached:
        return None
    for call in function.summary.calls:
        if call.line >= waits.line:
            continue
        for summary in _below(call.call, file):
            if summary.name in reached:
                return Hit(
                    rule=RULE,
                    function=function.name,
                    line=call.line,
                    subject=f"{call.call}: {waits.call}",
                    words=(
                        ("call", call.call),
                        ("waiter", waits.call),
                        ("callback", callback.function),
                        ("shared", summary.name),
                    ),
                    steps=(
                        HitStep(callback.line, f"{callback.function}() becomes {callback.how}"),
                        HitStep(summary.first, f"{summary.name}() is reached from it"),
                        HitStep(call.line, f"{call.call}() reaches {summary.name}() as well"),
                        HitStep(waits.line, f"{waits.call}() stops the callback only here"),
                    ),
                )
    return None


def _frees(summary: FunctionSummary, file: FileFacts) -> bool:
    return any(p.frees for c in summary.calls for p in file.knowledge.releases.get(c.call, ()))


def _below(name: str, file: FileFacts) -> Iterator[FunctionSummary]:
    """The function and the functions of the file that it reaches."""
    todo, seen = [(name, 0)], {name}
    while todo:
        at, depth = todo.pop()
        summary = file.world.functions.get(at)
        if summary is None:
            continue
        yield summary
        if depth < _DEEPEST:
            for call in summary.calls:
                if call.call not in seen:
                    seen.add(call.call)
                    todo.append((call.call, depth + 1))
