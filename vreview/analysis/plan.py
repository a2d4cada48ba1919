# SPDX-License-Identifier: GPL-2.0-or-later
"""What is worth remembering at each node of a graph: live variables, and tests made twice.

Forgetting the rest keeps the number of states small without losing an answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from vreview.analysis.expr import Expr, K, names_in, render, walk
from vreview.analysis.graph import Graph, Op

_PURE_CALL = re.compile(r"(^|_)(is|can|has|test|need|want|should|IS|HAS|supports|enabled)(_|$)")
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})


@dataclass(frozen=True, slots=True)
class Test:
    """A condition that is worth remembering; ``negated`` where ``text`` says its opposite."""

    text: str
    negated: bool
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Per node: what may still be read after arriving there; joins; the tests of branches; and
    ``splits``: the joins that one condition alone leads to, as the body of ``if (a || b)``."""

    live: tuple[frozenset[str], ...]
    live_tests: tuple[frozenset[str], ...]
    joins: frozenset[int]
    splits: frozenset[int]
    tests: dict[int, Test]
    test_names: dict[str, frozenset[str]]


def plan_for(graph: Graph) -> Plan:
    """Backward liveness over names and repeated tests; the graph is small, sets will do."""
    tests = _repeated_tests(graph)
    names: dict[str, int] = {}
    uses, kills = [], []
    for index, node in enumerate(graph.nodes):
        used, killed = _touched(node.expr, node.name if node.op is Op.DECLARE else "")
        if index in tests:
            used |= {"?" + tests[index].text}
        uses.append(_bits(used, names))
        kills.append(_bits(killed, names))
    live = _liveness(graph, uses, kills)
    words = list(names)
    unpacked: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
    for mask in live:
        if mask not in unpacked:
            here = [words[i] for i in range(mask.bit_length()) if mask >> i & 1]
            unpacked[mask] = (
                frozenset(w for w in here if w[0] != "?"),
                frozenset(w[1:] for w in here if w[0] == "?"),
            )
    arrivals = Counter(arc.target for node in graph.nodes for arc in node.arcs)
    joins = frozenset(target for target, count in arrivals.items() if count > 1)
    splits = {index for index in joins if arrivals[index] == graph.arms.get(index, 0)}
    return Plan(
        live=tuple(unpacked[mask][0] for mask in live),
        live_tests=tuple(unpacked[mask][1] for mask in live),
        joins=joins,
        splits=frozenset(splits),
        tests=tests,
        test_names={test.text: test.names for test in tests.values()},
    )


def _bits(words: set[str], names: dict[str, int]) -> int:
    mask = 0
    for word in words:
        mask |= 1 << names.setdefault(word, len(names))
    return mask


def _touched(expr: Expr | None, declared: str) -> tuple[set[str], set[str]]:
    killed = {declared} if declared else set()
    if expr is None:
        return set(), killed
    if expr.kind is K.ASSIGN and expr.text == "=" and expr.kids[0].key:
        used = set(_keys_in(expr.kids[1]))
        if expr.kids[0].kind is not K.NAME:
            used |= names_in(expr.kids[0])
        return used, {expr.kids[0].key}
    return set(_keys_in(expr)), killed


def _keys_in(expr: Expr) -> Iterator[str]:
    """Every name and member that the expression mentions."""
    return (inner.key for inner in walk(expr) if inner.key)


def _liveness(graph: Graph, uses: list[int], kills: list[int]) -> list[int]:
    before: list[list[int]] = [[] for _ in graph.nodes]
    for index, node in enumerate(graph.nodes):
        for arc in node.arcs:
            before[arc.target].append(index)
    live = [0] * len(graph.nodes)
    todo = list(range(len(graph.nodes)))
    while todo:
        index = todo.pop()
        after = 0
        for arc in graph.nodes[index].arcs:
            after |= live[arc.target]
        now = uses[index] | (after & ~kills[index])
        if now != live[index]:
            live[index] = now
            todo.extend(before[index])
    return live


def canonical_test(expr: Expr) -> Test | None:
    """The condition in a spelling that its repetition shares, or ``None`` if it may change by
    itself (a call that does something, an assignment)."""
    for inner in walk(expr):
        if inner.kind in (K.ASSIGN, K.UPDATE, K.OTHER) or (
            inner.kind is K.CALL and not _PURE_CALL.search(inner.text)
        ):
            return None
    negated = False
    text = render(expr)
    if expr.kind is K.BINARY and expr.text in _COMPARISONS and len(expr.kids) == 2:
        left, right = render(expr.kids[0]), render(expr.kids[1])
        sign = expr.text
        if sign in (">", "<="):
            left, right, sign = right, left, {">": "<", "<=": ">="}[sign]
        if sign in ("!=", ">="):
            sign, negated = {"!=": "==", ">=": "<"}[sign], True
        text = f"{left} {sign} {right}"
    return Test(text, negated, frozenset(names_in(expr)))


def _repeated_tests(graph: Graph) -> dict[int, Test]:
    found: dict[int, Test] = {}
    for index, node in enumerate(graph.nodes):
        if node.op is Op.BRANCH and node.expr is not None and node.expr.kind is not K.ASSIGN:
            test = canonical_test(node.expr)
            if test is not None:
                found[index] = test
    counts = Counter(test.text for test in found.values())
    return {index: test for index, test in found.items() if counts[test.text] > 1}
