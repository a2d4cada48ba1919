# SPDX-License-Identifier: GPL-2.0-or-later
"""A function of the file sets its out argument only on success; its caller does not ask.

Judged where the result is dropped, or the variable is read before the result is tested.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Node, Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.outargument import may_leave, read_untested, set_before

RULE = "unset-out-argument"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call and variable."""
    bare = {
        n.name
        for n in function.graph.nodes
        if n.op is Op.DECLARE and n.expr is None and "[" not in n.type and "struct" not in n.type
    }
    callees = {f.name: f for f in file.functions if f.returns_number()} if bare else {}
    for index, node in enumerate(function.graph.nodes):
        call, result = _called(node)
        callee = callees.get(call.text) if call is not None else None
        if call is None or callee is None or callee.name == function.name:
            continue
        for kid, parameter in zip(call.kids, callee.function.parameters, strict=False):
            name = kid.kids[0].key if kid.kind is K.ADDRESS and kid.kids else ""
            left = may_leave(callee.graph, parameter) if name in bare else 0
            if not left or set_before(function.graph, index, name):
                continue
            read = read_untested(function.graph, index, name, result)
            if read:
                yield Hit(
                    rule=RULE,
                    function=function.name,
                    line=read,
                    subject=f"{call.text}: {name}",
                    words=(("variable", name), ("callee", call.text)),
                    steps=(
                        HitStep(left, f"{call.text}() may leave here without having set it"),
                        HitStep(call.line, f"`{name}` has no value before {call.text}()"),
                        HitStep(read, f"`{name}` is read, and nothing has asked for the result"),
                    ),
                )


def _called(node: Node) -> tuple[Expr | None, str]:
    """The call of a statement, and the variable that keeps its result ('' where none does)."""
    expr = node.expr
    if node.op is Op.DECLARE and expr is not None and expr.kind is K.CALL:
        return expr, node.name
    if node.op is not Op.EVAL or expr is None:
        return None, ""
    if expr.kind is K.ASSIGN and expr.text == "=" and expr.kids[1].kind is K.CALL:
        return expr.kids[1], expr.kids[0].key if expr.kids[0].kind is K.NAME else ""
    return (expr, "") if expr.kind is K.CALL else (None, "")
