# SPDX-License-Identifier: GPL-2.0-or-later
"""``kmap()`` in new code: the slots are few, and ``kmap_local_page()`` takes its place.

Kept in a structure it also holds its slot, and the page where it is, for as long as that lives.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import calls
from vreview.analysis.expr import Expr, K, render, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "kmap-kept"
_COSTS = {
    "kmap": "one of a few for the whole system",
    "kmap_atomic": "made with preemption and page faults off",
}


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call."""
    for call in calls(function, file.knowledge.manners_of("old_maps")):
        keeper = _keeper(function, call)
        words = f"kept in {keeper}" if keeper else _COSTS.get(call.text, "of the old kind")
        yield Hit(
            rule=RULE,
            function=function.name,
            line=call.line,
            subject=keeper or render(call),
            words=(("call", call.text), ("how", words)),
            steps=(HitStep(call.line, f"the mapping is {words}"),),
        )


def _keeper(function: FunctionFacts, call: Expr) -> str:
    for expr in function.expressions():
        if expr.kind is K.ASSIGN and expr.kids[0].kind is K.MEMBER and call in set(walk(expr)):
            return render(expr.kids[0])
    return ""
