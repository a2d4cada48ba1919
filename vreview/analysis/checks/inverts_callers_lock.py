# SPDX-License-Identifier: GPL-2.0-or-later
"""A callback that is called under a lock takes another; elsewhere the two are taken in the
other order.

Which callbacks run under which lock, and which calls take it, is the knowledge's to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.summary import Callback, Fact

RULE = "inverts-callers-lock"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """At most one hit for each lock that ``function`` takes below such a callback."""
    if not function.summary.takes:
        return
    for callback, under in _callbacks(function, file):
        for taken in function.summary.takes:
            other = _other_order(taken, under, file)
            if other is None or not taken.field:
                continue
            where, take, inner = other
            yield Hit(
                rule=RULE,
                function=function.name,
                line=taken.line,
                subject=f"{taken.field}: {under}",
                words=(
                    ("lock", taken.field),
                    ("outer", under),
                    ("callback", callback.function),
                    ("other", where),
                    ("call", inner.call),
                ),
                steps=(
                    HitStep(callback.line, f"{callback.how} runs with {under} held"),
                    HitStep(taken.line, f"{taken.call}() takes {taken.field} there"),
                    HitStep(take.line, f"{where}() takes {taken.field}"),
                    HitStep(inner.line, f"{where}() calls {inner.call}(), which takes {under}"),
                ),
            )
            return


def _callbacks(function: FunctionFacts, file: FileFacts) -> Iterator[tuple[Callback, str]]:
    for callback in file.world.callbacks:
        under = file.knowledge.called_under.get(callback.kind)
        if under is None or not callback.function:
            continue
        found = file.world.find(
            callback.function,
            lambda summary: summary.takes if summary.name == function.name else (),
        )
        if found is not None:
            yield callback, under


def _other_order(taken: Fact, under: str, file: FileFacts) -> tuple[str, Fact, Fact] | None:
    """A function that holds the lock over a call which takes ``under``: by the order of lines."""
    takers = file.knowledge.takes_inside.get(under, frozenset())
    for other in file.functions:
        takes = [t for t in other.summary.takes if _same(t, taken)]
        drops = [d for d in other.summary.drops if _same(d, taken)]
        for call in other.summary.calls:
            inner = _taker(call, takers, file)
            if inner is None:
                continue
            before = [t for t in takes if t.line < call.line]
            after = [d for d in drops if d.line > call.line]
            between = [d for d in drops if before and before[-1].line < d.line < call.line]
            if before and after and not between:
                return other.name, before[-1], Fact(call.line, inner)
    return None


def _taker(call: Fact, takers: frozenset[str], file: FileFacts) -> str | None:
    if call.call in takers:
        return call.call
    below = file.world.find(
        call.call, lambda summary: [c for c in summary.calls if c.call in takers], deepest=3
    )
    return below.fact.call if below is not None else None


def _same(one: Fact, other: Fact) -> bool:
    return one.family == other.family and one.field == other.field
