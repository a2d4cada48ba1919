# SPDX-License-Identifier: GPL-2.0-or-later
"""Stores to local variables that nothing reads before the next store or the end.

From liveness alone, no values. Silent on a function of which a part is out of sight, and on
variables whose address is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vreview.analysis.complaint import level_of
from vreview.analysis.expr import Expr, K, is_nought, root_name, walk
from vreview.analysis.graph import SINK, Graph, Node, Op
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


def errno_of(value: Expr, errnos: frozenset[str]) -> str:
    """The error number that is stored, in words; '' for another value."""
    if value.kind is K.UNARY and value.text == "-" and value.kids[0].text in errnos:
        return f"-{value.kids[0].text}"
    return "its errno" if value.kind is K.CALL and value.text == "PTR_ERR" else ""


def into_success(graph: Graph, store: Store) -> tuple[int, int]:
    """The lines of the goto right behind a store and of the ``return 0`` that it ends in; 0 where
    the way out is another or may fail."""
    node = next(n for n in graph.nodes if n.expr is not None and store.value in n.expr.kids)
    while len(node.arcs) == 1 and node.op is not Op.GOTO:
        node = graph.nodes[node.arcs[0].target]
        if node.op is not Op.GOTO and not _complains(node):
            return 0, 0
    if node.op is not Op.GOTO:
        return 0, 0
    seen: set[int] = set()
    todo = [arc.target for arc in node.arcs]
    last = 0
    while todo:
        index = todo.pop()
        if index in seen:
            continue
        seen.add(index)
        reached = graph.nodes[index]
        if reached.op is Op.RETURN:
            if reached.expr is None or not is_nought(reached.expr):
                return 0, 0
            last = reached.line
        todo += [arc.target for arc in reached.arcs]
    return node.line, last


def _complains(node: Node) -> bool:
    """The statement reports a failure, and does nothing else."""
    call = node.expr
    return node.op is Op.EVAL and call is not None and call.kind is K.CALL and bool(level_of(call))


def _addresses_taken(graph: Graph) -> set[str]:
    return {
        root_name(expr)
        for node in graph.nodes
        if node.expr is not None
        for expr in walk(node.expr)
        if expr.kind is K.ADDRESS
    }
