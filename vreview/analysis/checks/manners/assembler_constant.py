# SPDX-License-Identifier: GPL-2.0-or-later
"""``_AC()`` and ``_UL()`` in C: they are for headers that assembly reads too."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import calls
from vreview.analysis.expr import render
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "assembler-constant"
_MACROS = frozenset({"_AC", "_UL", "_ULL"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each use in a function of a .c file."""
    if not file.path.endswith(".c"):
        return
    for call in calls(function, _MACROS):
        number = render(call.kids[0]) if call.kids else ""
        suffix = render(call.kids[1]) if len(call.kids) > 1 else call.text.strip("_")
        yield Hit(
            rule=RULE,
            function=function.name,
            line=call.line,
            subject=render(call),
            words=(("macro", render(call)), ("plain", f"{number}{suffix}")),
            steps=(HitStep(call.line, f"in C this is {number}{suffix}"),),
        )
