# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lvalues get which call's result, and where else they are mentioned: flow-blind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vreview.analysis.expr import Expr, K, walk
from vreview.analysis.graph import Graph, Op
from vreview.analysis.tested import normal


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """``key`` is given the result of ``call``."""

    key: str
    call: Expr


def results_in(graph: Graph) -> Iterator[Result]:
    """Every ``key = call()``, declarations included, in the order of the nodes."""
    for node in graph.nodes:
        if node.expr is None:
            continue
        if node.op is Op.DECLARE and node.expr.kind is K.CALL:
            yield Result(node.name, node.expr)
        for expr in walk(node.expr):
            if expr.kind is K.ASSIGN and expr.text == "=" and len(expr.kids) == 2:
                target, source = expr.kids
                if target.key and source.kind is K.CALL:
                    yield Result(target.key, source)


def returned_keys(graph: Graph) -> frozenset[str]:
    """Normal texts of the lvalues whose value may be returned."""
    keys: set[str] = set()
    for node in graph.nodes:
        if node.op is Op.RETURN and node.expr is not None:
            inner = (node.expr, *(node.expr.kids if node.expr.kind is K.CHOICE else ()))
            keys |= {normal(expr.key) for expr in inner if expr.key}
    return frozenset(keys)


def arguments_of(graph: Graph, key: str) -> Iterator[tuple[Expr, int]]:
    """Every call that is given ``key`` itself, with the position."""
    plain = normal(key)
    for node in graph.nodes:
        for expr in walk(node.expr) if node.expr is not None else ():
            if expr.kind is K.CALL:
                for position, kid in enumerate(expr.kids):
                    if kid.key and normal(kid.key) == plain:
                        yield expr, position
