# SPDX-License-Identifier: GPL-2.0-or-later
"""``if (x) return true; return false;`` where ``return x;`` says it.

Silent in a row of tests with returns: there each line is one reason, and that reads well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Graph, Node, Op
from vreview.analysis.hit import Hit, HitStep

RULE = "condition-as-return"
_TRUTHS = ("true", "false")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such test."""
    graph = function.graph
    sources = _sources(graph)
    for index, node in enumerate(graph.nodes):
        truth = _truth(node)
        tests = sources[index]
        if not truth or not tests or any(graph.nodes[t].op is not Op.BRANCH for t in tests):
            continue
        others = {a.target for t in tests for a in graph.nodes[t].arcs} - {index} - set(tests)
        if len(others) != 1 or not set(tests).issuperset(*(sources[o] for o in others)):
            continue
        other = graph.nodes[others.pop()]
        first = min(tests, key=lambda t: (graph.nodes[t].line, t))
        if not _truth(other) or _truth(other) == truth or other.line < node.line:
            continue
        if _in_a_row(first, set(tests), sources, graph) or _explained(first, other, graph, file):
            continue
        yield Hit(
            rule=RULE,
            function=function.name,
            line=graph.nodes[first].line,
            subject=f"{truth} at its end",
            words=(("truth", truth), ("other", _truth(other))),
            steps=(
                HitStep(graph.nodes[first].line, "the condition"),
                HitStep(node.line, f"returns {truth}"),
                HitStep(other.line, f"and otherwise {_truth(other)}"),
            ),
        )


def _sources(graph: Graph) -> Mapping[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for index, node in enumerate(graph.nodes):
        for arc in node.arcs:
            found[arc.target].append(index)
    return found


def _truth(node: Node) -> str:
    expr = node.expr
    if node.op is not Op.RETURN or expr is None or expr.kind is not K.NAME:
        return ""
    return expr.text if expr.text in _TRUTHS else ""


def _in_a_row(first: int, tests: set[int], sources: Mapping[int, list[int]], graph: Graph) -> bool:
    """Another test, or a jump or loop, comes directly before."""
    before = [s for s in sources[first] if s not in tests]
    return any(graph.nodes[s].op not in (Op.EVAL, Op.DECLARE, Op.ENTRY) for s in before)


def _explained(first: int, other: Node, graph: Graph, file: FileFacts) -> bool:
    """A comment inside the construct has its place there."""
    begin = graph.nodes[first].line
    return any(begin < c.first <= other.line for c in file.comments)
