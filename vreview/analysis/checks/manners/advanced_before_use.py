# SPDX-License-Identifier: GPL-2.0-or-later
"""A range is handled, its start moves behind it, and start and length are used once more.

``put(pfn, n); pfn += n; count(pfn, n);`` counts the range after the one that was put.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from vreview.analysis.checks.manners.walks import arrivals, straight_on
from vreview.analysis.expr import Expr, K, render, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "advanced-before-use"
_NEAR = 12  # lines


def check(function: FunctionFacts, _file: FileFacts) -> Iterator[Hit]:
    """One hit for each later call with the moved start and the same length."""
    graph = function.graph
    into = arrivals(graph)
    for index, node in enumerate(graph.nodes):
        moved = node.expr
        if moved is None or moved.kind is not K.ASSIGN or moved.text != "+=":
            continue
        start, length = (render(kid) for kid in moved.kids)
        if moved.kids[1].kind not in (K.NAME, K.MEMBER):
            continue
        handled = _handled(function, moved, (start, length))
        if handled is None:
            continue
        for after in straight_on(graph, index, into):
            if after.expr is None or _stores(after.expr, (start, length)):
                break
            for call in _with_both(after.expr, (start, length)):
                if call.text != handled.text:
                    yield _hit(function, (handled, moved, call), (start, length))


def _hit(function: FunctionFacts, places: tuple[Expr, Expr, Expr], names: tuple[str, str]) -> Hit:
    handled, moved, call = places
    start, length = names
    return Hit(
        rule=RULE,
        function=function.name,
        line=call.line,
        subject=f"{call.text}({start}, {length})",
        words=(("call", call.text), ("start", start), ("length", length)),
        steps=(
            HitStep(handled.line, f"{handled.text}() handles {length} from {start}"),
            HitStep(moved.line, f"{start} moves on by {length}"),
            HitStep(call.line, f"{call.text}() gets the moved {start} and the same {length}"),
        ),
    )


def _handled(function: FunctionFacts, moved: Expr, names: tuple[str, str]) -> Expr | None:
    """The last call above that got both before the move."""
    found = None
    for expr in function.expressions():
        if moved.line - _NEAR <= expr.line < moved.line:
            for call in _with_both(expr, names):
                found = call
    return found


def _with_both(expr: Expr, names: tuple[str, str]) -> Iterator[Expr]:
    for call in walk(expr):
        if call.kind is K.CALL:
            arguments = [render(kid) for kid in call.kids]
            pairs = pairwise(arguments)
            if any(pair == names for pair in pairs):
                yield call


def _stores(expr: Expr, names: tuple[str, str]) -> bool:
    return any(
        part.kind in (K.ASSIGN, K.UPDATE) and part.kids and render(part.kids[0]) in names
        for part in walk(expr)
    )
