# SPDX-License-Identifier: GPL-2.0-or-later
"""A full barrier beside a plain marked read of what is written with release.

``smp_store_release()`` pairs with ``smp_load_acquire()``; a smp_mb() makes the reader guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import arrivals, calls, field_of, reads_of, straight_on
from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Node, Op
from vreview.analysis.hit import Hit, HitStep

RULE = "mixed-barriers"
_RELEASE = frozenset({"smp_store_release"})
_PLAIN = frozenset({"READ_ONCE"})
_FULL = frozenset({"smp_mb"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each full barrier directly before or after such a read."""
    if not any(True for _ in calls(function, _FULL)):
        return
    released = dict(_released(file))
    graph = function.graph
    into = arrivals(graph)
    for index, node in enumerate(graph.nodes):
        following = next(straight_on(graph, index, into), None)
        if following is None:
            continue
        for barrier, read in ((node, following), (following, node)):
            found = next(_reads(read, released), None)
            if _is_full(barrier) and found is not None:
                store = released[found]
                yield Hit(
                    rule=RULE,
                    function=function.name,
                    line=barrier.line,
                    subject=found,
                    words=(("object", found),),
                    steps=(
                        HitStep(store.line, f"{found} is written with smp_store_release()"),
                        HitStep(read.line, "and read without acquire"),
                        HitStep(barrier.line, "beside a full barrier"),
                    ),
                )


def _released(file: FileFacts) -> Iterator[tuple[str, Expr]]:
    for other in file.functions:
        for store in calls(other, _RELEASE):
            if store.kids and field_of(store.kids[0]):
                yield field_of(store.kids[0]), store


def _is_full(node: Node) -> bool:
    expr = node.expr
    return node.op is Op.EVAL and expr is not None and expr.kind is K.CALL and expr.text in _FULL


def _reads(node: Node, released: dict[str, Expr]) -> Iterator[str]:
    if node.expr is not None:
        yield from (field for _, field in reads_of(node.expr, _PLAIN) if field in released)
