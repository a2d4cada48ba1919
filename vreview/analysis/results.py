# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of the results of calls: tested, and how, or not. In the order of the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vreview.analysis.expr import Expr, K, is_nought, render, walk
from vreview.analysis.graph import Graph, Node, Op

_TESTS_ERROR = frozenset({"IS_ERR", "PTR_ERR_OR_ZERO", "IS_ERR_VALUE"})
_ASSERTS = frozenset({"BUG_ON", "WARN_ON", "WARN_ON_ONCE"})
_COMPARES = frozenset({"<", ">", "<=", ">=", "==", "!="})
_DECIDES = frozenset({"==", "!=", "<", ">=", "&&", "||"})


@dataclass(frozen=True, slots=True)
class Habit:
    """What becomes first of a result of ``callee``. ``how``: iserr, iserr_or_null, truth, negative,
    compared, returned, passed, used, dropped, untested."""

    callee: str
    how: str


def stored(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """(where, call) for every ``where = call()`` in the expression."""
    for e in walk(expr):
        if e.kind is K.ASSIGN and e.text == "=" and len(e.kids) == 2 and e.kids[1].kind is K.CALL:
            yield render(e.kids[0]), e.kids[1]


def plain_call(call: Expr) -> bool:
    """A call of a function by its name."""
    return call.kind is K.CALL and call.text.isidentifier()


def habits_of(graph: Graph) -> Iterator[Habit]:
    """The first thing that happens to each result."""
    pending: dict[str, str] = {}  # where a result lies: whose it is
    for node in graph.nodes:
        if node.expr is None:
            if node.op is Op.DECLARE:
                pending.pop(node.name, None)
        elif node.op is Op.DECLARE and plain_call(node.expr):
            pending[node.name] = node.expr.text
        else:
            yield from _at(node, node.expr, pending)
            tested = _tested(node.expr)[0] if node.op in (Op.BRANCH, Op.SWITCH) else None
            for where, call in stored(node.expr):
                if plain_call(call) and (tested is None or call not in tested.kids):
                    pending[where] = call.text
    for callee in pending.values():
        yield Habit(callee, "untested")


def _at(node: Node, expr: Expr, pending: dict[str, str]) -> Iterator[Habit]:
    if node.op is Op.EVAL and plain_call(expr):
        if expr.text in _ASSERTS and expr.kids:
            yield from _settle(*_tested(expr.kids[0]), pending)
            return
        yield Habit(expr.text, "dropped")
    if node.op in (Op.BRANCH, Op.SWITCH):
        subject, how = _tested(expr)
        yield from _settle(subject, how, pending)
        expr = subject
    elif node.op is Op.RETURN:
        yield from _settle(expr, "returned", pending)
    for e in walk(expr):
        yield from _within(e, pending)


def _within(e: Expr, pending: dict[str, str]) -> Iterator[Habit]:
    if e.kind is K.CHOICE and e.kids:
        yield from _settle(*_tested(e.kids[0]), pending)
    elif (
        (e.kind is K.CALL and (e.text in _TESTS_ERROR or e.text == "IS_ERR_OR_NULL"))
        or (e.kind is K.BINARY and e.text in _DECIDES)
        or (e.kind is K.UNARY and e.text == "!")
    ):
        yield from _settle(*_tested(e), pending)
    elif e.kind in (K.MEMBER, K.DEREF, K.INDEX) and e.kids and e.kids[0].kind is K.NAME:
        if e.kids[0].text in pending:
            yield Habit(pending.pop(e.kids[0].text), "used")
    elif e.kind is K.CALL:
        for kid in e.kids:
            if kid.key and kid.key in pending:
                yield Habit(pending.pop(kid.key), "passed")


def _tested(expr: Expr) -> tuple[Expr, str]:
    """What a condition looks at, and how."""
    if expr.kind is K.CALL and expr.text in _TESTS_ERROR and expr.kids:
        return expr.kids[0], "iserr"
    if expr.kind is K.CALL and expr.text == "IS_ERR_OR_NULL" and expr.kids:
        return expr.kids[0], "iserr_or_null"
    if expr.kind is K.UNARY and expr.text == "!" and expr.kids:
        return expr.kids[0], "truth"
    if expr.kind is K.BINARY and len(expr.kids) == 2:
        left, right = expr.kids
        if is_nought(right) and expr.text in ("==", "!="):
            return _tested(left)
        if is_nought(right) and expr.text in ("<", ">="):
            return left, "negative"
        if expr.text in _COMPARES:
            return left, "compared"
    return expr, "truth"


def _settle(subject: Expr, how: str, pending: dict[str, str]) -> Iterator[Habit]:
    if subject.kind is K.ASSIGN and len(subject.kids) == 2 and plain_call(subject.kids[1]):
        yield Habit(subject.kids[1].text, how)
    elif plain_call(subject):
        yield Habit(subject.text, how)
    elif (key := render(subject)) in pending:
        yield Habit(pending.pop(key), how)
