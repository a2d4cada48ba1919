# SPDX-License-Identifier: GPL-2.0-or-later
"""A path gives an object back for good that it, or a callee of it, has given back already."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.uaf.looks import given_again, words_for
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "double-free"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each object and the line that gave it back first."""
    told: set[tuple[str, int]] = set()
    for moment in function.flow.calls():
        if not moment.state.freed or moment.expr is None:
            continue
        for key, before, now in given_again(moment, file):
            if not (before.sure and now.sure) or (key, before.line) in told:
                continue
            if key in function.referenced:
                continue
            told.add((key, before.line))
            again = f"{now.call}() (by {now.via}())" if now.via else f"{now.call}()"
            yield Hit(
                rule=RULE,
                function=function.name,
                line=moment.line,
                subject=f"{key}: {before.call}",
                words=(*words_for(key, before, function), ("again", again)),
                steps=(
                    *moment.state.steps(),
                    HitStep(moment.line, f"`{now.call}()` gives `{key}` back again"),
                ),
            )
