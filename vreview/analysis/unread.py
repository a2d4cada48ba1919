# SPDX-License-Identifier: GPL-2.0-or-later
"""Stores to local variables that nothing reads before the next store or the end.

From liveness alone, no values. Silent on a function of which a part is out of sight, and on
variables whose address is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vreview.analysis.expr import Expr, K, root_name, walk
from vreview.analysis.graph import SINK, Graph, Op
from vreview.analysis.plan import plan_for


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """``name = value`` on ``line``, which nobody reads."""

    name: str
    value: Expr
    line: int


def unread_stores(graph: Graph) -> Iterator[Store]:
    """In the order of the nodes; initial values of declarations are left out, they are a habit."""
    if any(arc.target == SINK for node in graph.nodes for arc in node.arcs):
        return
    shared = _addresses_taken(graph)
    live = plan_for(graph).live
    for node in graph.nodes:
        expr = node.expr
        if node.op is not Op.EVAL or expr is None or expr.kind is not K.ASSIGN or expr.text != "=":
            continue
        target, value = expr.kids
        if target.kind is not K.NAME or target.text not in graph.locals or target.text in shared:
            continue
        if not any(target.text in live[arc.target] for arc in node.arcs):
            yield Store(target.text, value, expr.line)


def _addresses_taken(graph: Graph) -> set[str]:
    return {
        root_name(expr)
        for node in graph.nodes
        if node.expr is not None
        for expr in walk(node.expr)
        if expr.kind is K.ADDRESS
    }
