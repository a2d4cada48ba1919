# SPDX-License-Identifier: GPL-2.0-or-later
"""PTR_ERR() of a pointer that holds no error: it was set to NULL, or another one was tested."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import Expr, K, render
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import State, V
from vreview.analysis.tested import normal

RULE = "error-of-other-pointer"
_TRUE = " is true"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each PTR_ERR()."""
    seen: set[int] = set()
    for moment in function.flow.moments:
        if moment.kind is not Seen.UNPACK or moment.expr is None or moment.line in seen:
            continue
        why = _why(function, file, moment)
        if why:
            seen.add(moment.line)
            pointer = render(moment.expr.kids[0])
            yield Hit(
                rule=RULE,
                function=function.name,
                line=moment.line,
                subject=pointer,
                words=(("pointer", pointer), ("why", why), ("call", moment.expr.text)),
                steps=(*moment.state.steps(), HitStep(moment.line, f"`{pointer}` {why}")),
            )


def _why(function: FunctionFacts, file: FileFacts, moment: Moment) -> str:
    """Why the pointer holds no error; '' where it may."""
    expr, value = moment.expr, moment.value
    if expr is None or not expr.kids:
        return ""
    pointer = expr.kids[0]
    if value is not None and value.kind is V.ZERO:
        named = value.name and file.conventions.of(value.name).error
        return "" if named else "is NULL here"
    if value is not None and value.kind is V.ERR_PTR:
        either = _tested(moment.state, "IS_ERR_OR_NULL")
        same = either is not None and either.kids[0].key == pointer.key
        if same and file.conventions.of(value.name).null and _alone(function, moment):
            return "may be NULL here, whose error number is 0"
        return ""
    tested = _tested(moment.state, "IS_ERR")
    if tested is None or not tested.kids or not (pointer.key or pointer.kind is K.CALL):
        return ""
    other = tested.kids[0]
    if not other.key or other.key == pointer.key or moment.line - tested.line > 6:
        return ""
    if pointer.key and _may_be_the_same(function, moment.state, pointer.key, other.key):
        return ""
    return f"is not what was tested: that is `{other.key}`"


def _alone(function: FunctionFacts, moment: Moment) -> bool:
    """The number goes straight into a return: nobody looks for 0 in between."""
    return any(
        m.line == moment.line and m.value is not None and m.expr is not None
        for m in function.flow.returns()
    )


def _tested(state: State, test: str) -> Expr | None:
    """The last condition of the path, where it was this test and true."""
    at = state.trace
    while at is not None:
        before, _, words, expr = at
        if expr is not None:
            good = expr.kind is K.CALL and expr.text == test and words.endswith(_TRUE)
            return expr if good else None
        at = before
    return None


def _may_be_the_same(function: FunctionFacts, state: State, left: str, right: str) -> bool:
    """Copies of each other, or an error that stems from elsewhere."""
    first = state.values.get(left)
    if first is not None and first.kind is V.ERR_PTR:
        return True
    return "++" not in left and normal(right) in function.tested.same(left)
