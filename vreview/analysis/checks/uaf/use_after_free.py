# SPDX-License-Identifier: GPL-2.0-or-later
"""A path looks at an object that it has given back for good, or hands it on."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.uaf.looks import looked_at, words_for
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "use-after-free"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each object and the line that gave it back: the first look at it."""
    if file.is_test:
        return
    told: set[tuple[str, int]] = set()
    for moment in function.flow.moments:
        if not moment.state.freed:
            continue
        for key, how, look in looked_at(moment, file):
            if not how.sure or (key, how.line) in told:
                continue
            if key in function.referenced:
                continue
            told.add((key, how.line))
            yield Hit(
                rule=RULE,
                function=function.name,
                line=moment.line,
                subject=f"{key}: {how.call}",
                words=(*words_for(key, how, function), ("look", look)),
                steps=(*moment.state.steps(), HitStep(moment.line, look)),
            )
