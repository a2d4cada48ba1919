# SPDX-License-Identifier: GPL-2.0-or-later
"""A read that is only made for its value, and nobody looks at the value.

``smp_load_acquire(&x);`` alone orders later accesses after a read that decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import K, object_key
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep

RULE = "value-dropped"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each statement that is nothing but such a read."""
    readers = file.knowledge.manners_of("acquiring_reads")
    for node in function.graph.nodes:
        expr = node.expr
        if node.op is not Op.EVAL or expr is None or expr.kind is not K.CALL or not expr.kids:
            continue
        if expr.text in readers:
            yield Hit(
                rule=RULE,
                function=function.name,
                line=expr.line,
                subject=f"{expr.text}: {object_key(expr.kids[0])}",
                words=(("call", expr.text), ("object", object_key(expr.kids[0]))),
                steps=(HitStep(expr.line, "the value goes nowhere"),),
            )
