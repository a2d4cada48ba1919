# SPDX-License-Identifier: GPL-2.0-or-later
"""An error number that is stored and replaced by another before anything could look at it.

Silent for anything but two error numbers: ``int ret = 0`` in front of a call is a habit.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import arrivals, mentions, straight_on
from vreview.analysis.expr import Expr, K, render
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Node, Op
from vreview.analysis.hit import Hit, HitStep

RULE = "overwritten-error"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each first store."""
    graph = function.graph
    into = arrivals(graph)
    for index, node in enumerate(graph.nodes):
        variable, value = _store(node)
        if value is None or not _errno(value, file):
            continue
        for after in straight_on(graph, index, into):
            again, other = _store(after)
            if again == variable and other is not None and _errno(other, file):
                yield _hit(function, variable, (value, other))
                break
            if again == variable or after.op is Op.HOLE or mentions(after, variable):
                break


def _hit(function: FunctionFacts, variable: str, values: tuple[Expr, Expr]) -> Hit:
    first, second = values
    return Hit(
        rule=RULE,
        function=function.name,
        line=first.line,
        subject=variable,
        words=(("variable", variable), ("first", render(first)), ("second", render(second))),
        steps=(
            HitStep(first.line, f"{variable} becomes {render(first)}"),
            HitStep(second.line, f"and {render(second)} before anybody looks"),
        ),
    )


def _store(node: Node) -> tuple[str, Expr | None]:
    expr = node.expr
    if node.op is Op.DECLARE:
        return node.name, expr
    if node.op is Op.EVAL and expr is not None and expr.kind is K.ASSIGN and expr.text == "=":
        left = expr.kids[0]
        return (left.text, expr.kids[1]) if left.kind is K.NAME else ("", None)
    return "", None


def _errno(value: Expr, file: FileFacts) -> bool:
    inner = value.kids[0] if value.kind is K.UNARY and value.text == "-" else value
    return inner.kind is K.NAME and inner.text in file.knowledge.errnos
