# SPDX-License-Identifier: GPL-2.0-or-later
"""A function of the file tells whether it failed, and no caller ever looks.

Only static functions whose callers are all in sight; silent when a caller says ``(void)``.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "result-unread"
_FAILED = (V.NEG_ERRNO, V.POS_ERRNO, V.MINUS_ONE, V.NEGATIVE)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for a function none of whose calls is used, where it is first called."""
    if function.name in file.address_taken or not _may_fail(function, file):
        return
    if not file.is_static(function.function):
        return
    sites = list(_sites(function.name, file))
    if not sites or any(used for _, _, used in sites):
        return
    caller, call, _ = min(sites, key=lambda site: site[1].line)
    if b"(void)" in file.lines[call.line - 1]:
        return
    yield Hit(
        rule=RULE,
        function=caller,
        line=call.line,
        subject=function.name,
        words=(("callee", function.name), ("count", str(len(sites)))),
        steps=(
            HitStep(function.function.first, f"{function.name}() returns errors"),
            HitStep(call.line, f"{caller}() does not look at the result; nobody does"),
        ),
    )


def _sites(name: str, file: FileFacts) -> Iterator[tuple[str, Expr, bool]]:
    """Caller, call, and whether its value goes anywhere."""
    for other in file.functions:
        for node in other.graph.nodes:
            if node.expr is None:
                continue
            alone = node.op is Op.EVAL and node.expr.kind is K.CALL and node.expr.text == name
            if alone:
                yield other.name, node.expr, False
            else:
                yield from ((other.name, call, True) for call in _inside(node.expr, name))


def _inside(expr: Expr, name: str) -> Iterator[Expr]:
    stack = [expr]
    while stack:
        part = stack.pop()
        if part.kind is K.CALL and part.text == name:
            yield part
        stack.extend(part.kids)


def _may_fail(function: FunctionFacts, file: FileFacts, depth: int = 0) -> bool:
    """It returns an error number, or what such a function of the file returns."""
    if not function.returns_number():
        return False
    for moment in function.flow.returns():
        if moment.value is not None and moment.value.kind in _FAILED:
            return True
        expr = moment.expr
        if expr is not None and expr.kind is K.CALL and depth < 2:
            callee = next((f for f in file.functions if f.name == expr.text), None)
            if callee is not None and _may_fail(callee, file, depth + 1):
                return True
    return False
