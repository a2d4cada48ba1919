# SPDX-License-Identifier: GPL-2.0-or-later
"""A path looks at an object after it dropped the reference that it had."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.uaf.looks import looked_at, words_for
from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.freed import ended
from vreview.analysis.hit import Hit, HitStep

RULE = "use-after-put"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each object and the line that gave it back: the first look at it."""
    told: set[tuple[str, int]] = set()
    for moment in function.flow.moments:
        if not moment.state.freed:
            continue
        for key, how, look in looked_at(moment, file):
            if how.sure or how.via or (key, how.line) in told or _part(moment, key):
                continue
            if moment.line <= how.line and moment.kind is not Seen.STEP:
                continue  # the next round of a loop: there are as many references
            if key in function.referenced or _dropped_again(key, how.line, function, file):
                continue
            told.add((key, how.line))
            yield Hit(
                rule=RULE,
                function=function.name,
                line=moment.line,
                subject=f"{key}: {how.call}",
                words=(*words_for(key, how, function), ("look", look)),
                steps=(*moment.state.steps(), HitStep(moment.line, look)),
                weak=how.guessed,
            )


def _dropped_again(key: str, line: int, function: FunctionFacts, file: FileFacts) -> bool:
    """Another call further down drops a reference as well: there were two."""
    return any(
        k == key and not how.sure
        for moment in function.flow.calls()
        if moment.expr is not None and moment.line > line
        for k, how in ended(moment.expr, file.knowledge, file.world)
    )


def _part(moment: Moment, key: str) -> bool:
    """Only the address of a part is handed on, or the pointer is returned."""
    if moment.kind in (Seen.DEREF, Seen.STEP) or moment.expr is None:
        return False
    return moment.kind is not Seen.CALL or all(kid.key != key for kid in moment.expr.kids)
