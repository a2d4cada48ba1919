# SPDX-License-Identifier: GPL-2.0-or-later
"""Arguments that a function fills for its caller: are they always filled, and does the caller ask?

Looks at graphs, not at values.
"""

from __future__ import annotations

from vreview.analysis.expr import Expr, K, is_nought, names_in, root_name, walk
from vreview.analysis.graph import ENTRY, Graph, Node, Op
from vreview.analysis.unset import Unset, sets


def may_leave(graph: Graph, parameter: str) -> int:
    """The line of a way out on which nothing was stored behind the pointer ``parameter``; 0 where
    something always is, or never."""
    stores = {i for i, node in enumerate(graph.nodes) if _stores(node, parameter)}
    handed = any(n.op is Op.RETURN and _mentions(n, parameter) for n in graph.nodes)
    if not stores and not handed:
        return 0
    seen: set[int] = set()
    todo = [ENTRY]
    while todo:
        index = todo.pop()
        if index in seen or index in stores:
            continue
        seen.add(index)
        node = graph.nodes[index]
        if node.op is Op.RETURN and node.expr is not None and not is_nought(node.expr):
            return node.line
        todo += [arc.target for arc in node.arcs]
    return 0


def _stores(node: Node, pointer: str) -> bool:
    """Something is put where the pointer points to, or somebody else gets the pointer."""
    for expr in walk(node.expr) if node.expr is not None else ():
        if expr.kind is K.ASSIGN and expr.kids and expr.kids[0].kind is not K.NAME:
            if root_name(expr.kids[0]) == pointer:
                return True
        elif expr.kind is K.CALL and not _handed_on(node, expr):
            if any(root_name(kid) == pointer for kid in expr.kids):
                return True
        else:
            kids = expr.kids if expr.kind is K.OTHER else expr.kids[1:]
            copies = expr.kind in (K.OTHER, K.ASSIGN)
            if copies and any(root_name(kid) == pointer for kid in kids):
                return True
    return False


def _handed_on(node: Node, call: Expr) -> bool:
    """``return call(pointer)``: what goes for the callee goes for the caller."""
    return node.op is Op.RETURN and node.expr is call and "read" in call.text


def read_untested(graph: Graph, call: int, name: str, result: str) -> int:
    """The line on which ``name`` is read after the node ``call``, before a test of ``result`` and
    before anything else is assigned to it; or 0."""
    seen: set[int] = set()
    todo = [arc.target for arc in graph.nodes[call].arcs]
    while todo:
        index = todo.pop(0)
        node = graph.nodes[index]
        if index in seen or (result and node.op is Op.BRANCH and _mentions(node, result)):
            continue
        seen.add(index)
        if _mentions(node, name) and not sets(node, name):
            return node.line
        if not sets(node, name):
            todo += [arc.target for arc in node.arcs]
    return 0


def set_before(graph: Graph, call: int, name: str) -> bool:
    """Something may have been assigned to ``name`` when control comes to the node ``call``."""
    unset = Unset(graph)
    return any(
        index != call and sets(node, name) and call in unset.reached(index)
        for index, node in enumerate(graph.nodes)
    )


def _mentions(node: Node, name: str) -> bool:
    return node.expr is not None and name in names_in(node.expr)
