# SPDX-License-Identifier: GPL-2.0-or-later
"""A call drops its result, and the next line tests a variable that an older call has settled.

Also ``return call();`` in front of a test that nothing can reach.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.complaint import level_of
from vreview.analysis.evaluate import Seen
from vreview.analysis.expr import Expr, K, is_nought
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Graph, Node, Op, Way
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "stale-test"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such call."""
    del file
    graph = function.graph
    pairs = list(_dropped_before_test(graph))
    settled = _settled(function) if pairs else frozenset[int]()
    for call, test, variable in pairs:
        if id(test) in settled:
            yield _hit(
                function, call, test, variable, f"is 0 already when line {test.line} tests it"
            )
    for call, test, variable in _returned_before_test(graph):
        yield _hit(
            function, call, test, variable, f"is tested on line {test.line}, behind a return"
        )


def _variable(test: Expr) -> str:
    """The plain variable in ``ret``, ``ret < 0``, ``ret != 0``."""
    if test.kind is K.BINARY and len(test.kids) == 2 and is_nought(test.kids[1]):
        test = test.kids[0] if test.text in ("<", "!=") else test
    return test.text if test.kind is K.NAME else ""


def _dropped_before_test(graph: Graph) -> Iterator[tuple[Expr, Expr, str]]:
    for node in graph.nodes:
        call = node.expr
        if node.op is not Op.EVAL or call is None or call.kind is not K.CALL or not node.arcs:
            continue
        after = graph.nodes[node.arcs[0].target]
        if after.op is Op.BRANCH and after.expr is not None and after.line <= call.line + 4:
            variable = _variable(after.expr)
            if any(kid.key == variable for kid in call.kids):
                continue  # a macro that sets it: a function could not
            if variable in graph.locals and _leaves_if_true(graph, after):
                yield call, after.expr, variable


def _leaves_if_true(graph: Graph, test: Node) -> bool:
    """The condition is a test for a failure: if it holds, the path leaves or complains."""
    targets = [graph.nodes[arc.target] for arc in test.arcs if arc.way is Way.TRUE]
    return any(
        node.op in (Op.RETURN, Op.GOTO) or (node.expr is not None and bool(level_of(node.expr)))
        for node in targets
    )


def _returned_before_test(graph: Graph) -> Iterator[tuple[Expr, Expr, str]]:
    reached = {arc.target for node in graph.nodes for arc in node.arcs}
    before: Node | None = None
    for index, node in enumerate(graph.nodes):
        unreached = index not in reached and node.op is Op.BRANCH and node.expr is not None
        if unreached and before is not None and before.op is Op.RETURN and before.expr is not None:
            variable = _variable(node.expr) if node.expr is not None else ""
            if before.expr.kind is K.CALL and variable in graph.locals and node.expr is not None:
                yield before.expr, node.expr, variable
        before = node


def _settled(function: FunctionFacts) -> frozenset[int]:
    """Conditions that on every path look at a variable which a tested call left at 0."""
    zero: set[int] = set()
    other: set[int] = set()
    for moment in function.flow.moments:
        if moment.kind is not Seen.TEST or moment.expr is None:
            continue
        value = moment.state.values.get(_variable(moment.expr))
        known = value is not None and value.kind is V.ZERO and bool(value.name)
        (zero if known else other).add(id(moment.expr))
    return frozenset(zero - other)


def _hit(function: FunctionFacts, call: Expr, test: Expr, variable: str, words: str) -> Hit:
    return Hit(
        rule=RULE,
        function=function.name,
        line=call.line,
        subject=f"{call.text}: {variable}",
        words=(("callee", call.text), ("variable", variable), ("what", words)),
        steps=(
            HitStep(call.line, f"the result of {call.text}() does not go to `{variable}`"),
            HitStep(test.line, f"`{variable}` {words}"),
        ),
    )
