# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lvalues a function looks at before it relies on them: flow-blind, by their normal text.

Knows no values and no paths: ``if (!p)`` anywhere in the function counts for every ``p`` in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vreview.analysis.expr import Expr, K, is_nought, walk
from vreview.analysis.graph import Graph, Op

ERROR_TESTS = frozenset({"IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR_OR_ZERO", "IS_ERR_VALUE"})
_ASSERTS = re.compile(r"BUG|WARN|ASSERT|EXPECT|VERIFY|CHECK", re.IGNORECASE)
_INDEX = re.compile(r"\[[^\[\]]*\]")
_EQUAL = frozenset({"==", "!="})


@dataclass(frozen=True, slots=True)
class Tested:
    """Normal texts of lvalues that are tested for NULL (or as a truth), for an error pointer, by an
    assertion (these are in ``null``, too), and those that are copies of one another."""

    null: frozenset[str]
    error: frozenset[str]
    asserted: frozenset[str]
    alike: tuple[frozenset[str], ...]

    def of(self, key: str) -> tuple[bool, bool]:
        """Is ``key``, or a copy of it, tested for NULL; and for an error pointer?"""
        keys = self.same(key)
        return not keys.isdisjoint(self.null), not keys.isdisjoint(self.error)

    def same(self, key: str) -> frozenset[str]:
        """``key`` and what it is copied from or to."""
        plain = normal(key)
        return frozenset({plain}).union(*(group for group in self.alike if plain in group))


def normal(key: str) -> str:
    """The key without its indexes: ``a->b[]`` of ``a->b[i]``."""
    while (shorter := _INDEX.sub("\x00", key)) != key:
        key = shorter
    return key.replace("\x00", "[]")


def tested_in(graph: Graph) -> Tested:
    """One look at every expression."""
    null: set[str] = set()
    error: set[str] = set()
    asserted: set[str] = set()
    copies: list[frozenset[str]] = []
    for node in graph.nodes:
        if node.expr is None:
            continue
        if node.op is Op.BRANCH:
            null |= _as_truth(node.expr)
        for expr in walk(node.expr):
            for side in _truths(expr):
                null |= _as_truth(side)
            if expr.kind is K.CALL:
                if expr.text in ERROR_TESTS and expr.kids:
                    error |= _keys(expr.kids[0])
                    if expr.text == "IS_ERR_OR_NULL":
                        null |= _keys(expr.kids[0])
                elif _ASSERTS.search(expr.text):
                    asserted |= {k for kid in expr.kids for k in _as_truth(kid)}
                    if "ERR" in expr.text:
                        error |= {k for kid in expr.kids for k in _keys(kid)}
            elif expr.kind is K.ASSIGN and expr.text == "=" and len(expr.kids) == 2:
                copies.extend(_copied(expr.kids[0].key, expr.kids[1]))
        if node.op is Op.DECLARE:
            copies.extend(_copied(node.name, node.expr))
    return Tested(frozenset(null | asserted), frozenset(error), frozenset(asserted), tuple(copies))


def _copied(target: str, source: Expr) -> Iterator[frozenset[str]]:
    while source.kind is K.ASSIGN and len(source.kids) == 2:
        if target and source.kids[0].key:
            yield frozenset({normal(target), normal(source.kids[0].key)})
        source = source.kids[1]
    if target and source.key:
        yield frozenset({normal(target), normal(source.key)})


def _truths(expr: Expr) -> Iterable[Expr]:
    """Operands of which the expression takes the truth."""
    if expr.kind is K.UNARY and expr.text == "!":
        return expr.kids
    if expr.kind is K.BINARY and expr.text in ("&&", "||"):
        return expr.kids
    if expr.kind is K.CHOICE:
        return expr.kids[:1]
    if expr.kind is K.BINARY and expr.text in _EQUAL and len(expr.kids) == 2:
        return expr.kids if any(map(is_nought, expr.kids)) else ()
    return ()


def _as_truth(expr: Expr) -> set[str]:
    """What is tested where ``expr`` stands for a truth."""
    if expr.key:
        return {normal(expr.key)}
    if expr.kind is K.ASSIGN and expr.kids:
        return _keys(expr)
    if expr.kind is K.BINARY and expr.text in _EQUAL:
        return {key for kid in expr.kids for key in _keys(kid)}
    if expr.kind is K.BINARY or (expr.kind is K.UNARY and expr.text == "!"):
        return {key for kid in expr.kids for key in _as_truth(kid)}
    if expr.kind is K.CALL and expr.text in ("likely", "unlikely"):
        return {key for kid in expr.kids for key in _as_truth(kid)}
    return set()


def _keys(expr: Expr) -> set[str]:
    """The lvalue itself, or all that an assignment gives the value to."""
    if expr.key:
        return {normal(expr.key)}
    if expr.kind is K.ASSIGN:
        return {key for kid in expr.kids for key in _keys(kid)}
    return set()
