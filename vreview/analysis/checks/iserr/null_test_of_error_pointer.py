# SPDX-License-Identifier: GPL-2.0-or-later
"""The result of a call that fails with an error pointer is only tested for NULL."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.assigned import returned_keys
from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import K, is_nought
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V, Value
from vreview.analysis.tested import ERROR_TESTS, normal

RULE = "null-test-of-error-pointer"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call whose error slips through."""
    seen: set[tuple[str, int]] = set()
    for moment in function.flow.moments:
        if moment.kind is not Seen.TEST:
            continue
        key, value = tested_pointer(moment)
        if value is None or value.kind is not V.RESULT or (value.name, value.site) in seen:
            continue
        convention = file.conventions.of(value.name)
        if not convention.error or key in function.plain or _tested_for_error(function, key, value):
            continue
        if normal(key) in returned_keys(function.graph):
            continue  # the error goes to the caller
        seen.add((value.name, value.site))
        what = f"`{key}`" if key else "its result"
        steps = [HitStep(value.site, f"{value.name}() is called; it fails with an error pointer")]
        steps.append(HitStep(moment.line, f"{what} is only tested for NULL"))
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=f"{value.name}: {key}" if key else value.name,
            words=(("callee", value.name), ("pointer", key or "the result")),
            steps=tuple(steps),
            weak=convention.null,
        )


def _tested_for_error(function: FunctionFacts, key: str, value: Value) -> bool:
    """Somewhere this very result, or a copy of it, is tested with IS_ERR()."""
    if not function.tested.of(key)[1]:
        return False
    if len(function.tested.same(key)) > 1:
        return True
    if any(
        expr.text == "PTR_ERR_OR_ZERO" and expr.kids[0].key == key and expr.line >= value.site
        for expr in function.expressions()
        if expr.kind is K.CALL and expr.kids
    ):
        return True
    for moment in function.flow.calls():
        call = moment.expr
        if call is None or call.text not in ERROR_TESTS or not call.kids:
            continue
        first = moment.values[0]
        mine = first is None or not first.name or first.site == value.site
        if call.kids[0].key == key and mine:
            return True
    return False


def tested_pointer(moment: Moment) -> tuple[str, Value | None]:
    """The key and the value of the pointer that a condition compares with NULL."""
    expr = moment.expr
    if expr is None:
        return "", None
    if expr.kind is K.BINARY:
        if expr.text not in ("==", "!=") or len(expr.kids) != 2 or not is_nought(expr.kids[1]):
            return "", None
        if expr.kids[1].kind is not K.NAME:
            return "", None
        expr = expr.kids[0]
    if expr.kind is K.ASSIGN and expr.kids:
        expr = expr.kids[0]
    if expr.key:
        return expr.key, moment.state.values.get(expr.key)
    return "", moment.value if expr.kind is K.CALL else None
