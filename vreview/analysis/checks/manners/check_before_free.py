# SPDX-License-Identifier: GPL-2.0-or-later
"""``if (p) kfree(p);``: the free looks at NULL itself. Silent where a comment gives a reason."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, is_nought, render
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Node, Op, Way
from vreview.analysis.hit import Hit, HitStep

RULE = "check-before-free"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each test that guards nothing but such a call."""
    frees = file.knowledge.manners_of("null_safe")
    nodes = function.graph.nodes
    for node in nodes:
        pointer = _tested(node)
        if not pointer:
            continue
        ways = {arc.way: arc.target for arc in node.arcs}
        freed = nodes[ways[Way.TRUE]] if Way.TRUE in ways else node
        call = freed.expr
        if freed.op is not Op.EVAL or call is None or call.kind is not K.CALL:
            continue
        after = [arc.target for arc in freed.arcs]
        if call.text not in frees or after != [ways.get(Way.FALSE, -1)]:
            continue
        if any(_skips(other, node, after[0]) for other in nodes):
            continue  # one of several conditions
        told = any(
            c.last == node.line - 1 or node.line < c.first <= call.line for c in file.comments
        )
        if not told and [render(kid) for kid in call.kids] == [pointer]:
            yield Hit(
                rule=RULE,
                function=function.name,
                line=node.line,
                subject=f"{call.text}({pointer})",
                words=(("free", call.text), ("pointer", pointer)),
                steps=(
                    HitStep(node.line, f"{pointer} is tested"),
                    HitStep(call.line, f"{call.text}() does nothing for NULL"),
                ),
            )


def _tested(node: Node) -> str:
    """The pointer that a branch tests against NULL."""
    expr: Expr | None = node.expr
    if node.op is not Op.BRANCH or expr is None:
        return ""
    if expr.kind is K.BINARY and expr.text == "!=" and is_nought(expr.kids[1]):
        expr = expr.kids[0]
    return render(expr) if expr.kind in (K.NAME, K.MEMBER) else ""


def _skips(other: Node, node: Node, target: int) -> bool:
    """Another test of the same condition jumps over the call as well."""
    lines = (node.line - 1, node.line)
    if other is node or other.op is not Op.BRANCH or other.line not in lines:
        return False
    return any(arc.way is Way.FALSE and arc.target == target for arc in other.arcs)
