# SPDX-License-Identifier: GPL-2.0-or-later
"""Small questions about a function's graph and text that several of these checks ask.

Knows no states: what needs values on paths belongs to the dataflow.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, names_in, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Graph, Node, Op, Way

_STRING = re.compile(rb'"((?:\\.|[^"\\\n])*)"')
_STRINGS = re.compile(rb'(?:"(?:\\.|[^"\\\n])*"\s*)+')


def calls(function: FunctionFacts, names: frozenset[str]) -> Iterator[Expr]:
    """Every call of one of ``names``, whatever path it is on."""
    if names.isdisjoint(fact.call for fact in function.summary.calls):
        return
    yield from (e for e in function.expressions() if e.kind is K.CALL and e.text in names)


def arrivals(graph: Graph) -> Counter[int]:
    """How many arcs lead to each node."""
    return Counter(arc.target for node in graph.nodes for arc in node.arcs)


def straight_on(graph: Graph, index: int, into: Counter[int]) -> Iterator[Node]:
    """The nodes that always follow ``index``, one after the other, up to the next fork or join."""
    seen = {index}
    while True:
        arcs = graph.nodes[index].arcs
        if len(arcs) != 1 or arcs[0].way is not Way.NEXT:
            return
        index = arcs[0].target
        if index in seen or into[index] != 1 or graph.nodes[index].op is Op.EXIT:
            return
        seen.add(index)
        yield graph.nodes[index]


def mentions(node: Node, name: str) -> bool:
    """The node reads, writes or takes the address of a variable."""
    return node.expr is not None and name in names_in(node.expr)


def field_of(expr: Expr) -> str:
    """The member that a (pointer to a) lvalue ends in: ``ref`` of ``&vq->ref``; else ''."""
    while expr.kind in (K.ADDRESS, K.DEREF) and expr.kids:
        expr = expr.kids[0]
    return expr.text if expr.kind is K.MEMBER else ""


def reads_of(expr: Expr, readers: frozenset[str]) -> Iterator[tuple[Expr, str]]:
    """Each call of a reader in ``expr`` with the member that it reads."""
    for part in walk(expr):
        if part.kind is K.CALL and part.text in readers and part.kids:
            field = field_of(part.kids[0])
            if field:
                yield part, field


def call_text(file: FileFacts, call: Expr) -> bytes:
    """The source from the call's name to the end of its statement; at most eight lines."""
    text = b"\n".join(file.lines[call.line - 1 : call.line + 7])
    start = text.find(call.text.encode())
    end = text.find(b";", start)
    return text[start:end] if 0 <= start < end else b""


def first_string(text: bytes) -> str:
    """The text of the first string literal and those joined to it; '' when there is none."""
    found = _STRINGS.search(text)
    parts = _STRING.findall(found[0]) if found else []
    return b"".join(parts).decode("utf-8", "replace")
