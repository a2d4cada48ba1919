# SPDX-License-Identifier: GPL-2.0-or-later
"""``jiffies`` compared with ``<``: wrong for a while after the counter wraps.

A difference compared with a length (``jiffies - start > timeout``) wraps correctly: silent.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, render
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "jiffies-compared"
_INSTEAD = {"<": "time_before", "<=": "time_before_eq", ">": "time_after", ">=": "time_after_eq"}


def check(function: FunctionFacts, _file: FileFacts) -> Iterator[Hit]:
    """One hit for each comparison."""
    for expr in function.expressions():
        if expr.kind is not K.BINARY or expr.text not in _INSTEAD or len(expr.kids) != 2:
            continue
        left, right = expr.kids
        other = right if _a_time(left) else left
        if not (_a_time(left) or _a_time(right)) or other.kind is K.NUMBER:
            continue
        yield Hit(
            rule=RULE,
            function=function.name,
            line=expr.line,
            subject=render(other),
            words=(("test", render(expr)), ("instead", f"{_INSTEAD[expr.text]}()")),
            steps=(HitStep(expr.line, "jiffies wraps, five minutes after boot to begin with"),),
        )


def _a_time(expr: Expr) -> bool:
    """``jiffies``, or a time after it."""
    if expr.kind is K.BINARY and expr.text == "+":
        return any(_a_time(kid) for kid in expr.kids)
    return expr.kind is K.NAME and expr.text == "jiffies"
