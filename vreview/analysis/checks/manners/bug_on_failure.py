# SPDX-License-Identifier: GPL-2.0-or-later
"""BUG() where the failure could be handed on: the function returns errors, or a call has failed.

Silent for a ``default:`` that cannot be reached and for assertions in functions that cannot fail.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import calls
from vreview.analysis.expr import Expr, K, render, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Node, Op, Way
from vreview.analysis.hit import Hit, HitStep

RULE = "bug-on-failure"
_BUGS = frozenset({"BUG", "BUG_ON"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each BUG()."""
    found = list(calls(function, _BUGS))
    if not found:
        return
    fails = bool(function.summary.errnos) and function.returns_number()
    for call in found:
        tests = list(_tests(function, call))
        failed = next(filter(None, (_failing_call(t, function, file) for t in tests)), "")
        if not tests or not (failed or fails):
            continue
        why = f"{failed}() may fail" if failed else f"{function.name}() can return an error instead"
        yield Hit(
            rule=RULE,
            function=function.name,
            line=call.line,
            subject=failed or call.text,
            words=(("call", call.text), ("why", why)),
            steps=(HitStep(call.line, f"stops the machine, though {why}"),),
            weak=not failed,
        )


def _tests(function: FunctionFacts, call: Expr) -> Iterator[Expr]:
    """The conditions that lead to the call: BUG_ON()'s own, or those of the ``if`` around BUG()."""
    if call.text == "BUG_ON":
        yield from call.kids[:1]
        return
    nodes = function.graph.nodes
    here = {i for i, node in enumerate(nodes) if node.expr is call}
    for node in nodes:
        if node.op is Op.BRANCH and node.expr is not None and _leads(node, here):
            yield node.expr


def _leads(node: Node, targets: set[int]) -> bool:
    return any(arc.target in targets and arc.way in (Way.TRUE, Way.FALSE) for arc in node.arcs)


def _failing_call(test: Expr, function: FunctionFacts, file: FileFacts) -> str:
    """The call whose failure is tested: in the test itself, or stored in what it looks at."""
    fallible = file.knowledge.manners_of("fallible")
    for part in walk(test):
        if part.kind is K.CALL and part.text in fallible:
            return part.text
    wanted = set(_looked_at(test))
    for node in function.graph.nodes:
        value = node.expr
        if value is None or node.line > test.line:
            continue
        if value.kind is K.ASSIGN and value.text == "=" and render(value.kids[0]) in wanted:
            value = value.kids[1]
        elif node.op is not Op.DECLARE or node.name not in wanted:
            continue
        if value.kind is K.CALL and value.text in fallible:
            return value.text
    return ""


def _looked_at(test: Expr) -> Iterator[str]:
    """The variables and members themselves that are tested: ``p->size`` of it, but not ``p``."""
    if test.kind in (K.NAME, K.MEMBER):
        yield render(test)
    elif test.kind in (K.UNARY, K.BINARY, K.ASSIGN) or test.kind is K.CALL:
        for kid in test.kids:
            yield from _looked_at(kid)
