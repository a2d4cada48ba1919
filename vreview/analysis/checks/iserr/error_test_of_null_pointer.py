# SPDX-License-Identifier: GPL-2.0-or-later
"""The result of a call that fails with NULL is only tested with IS_ERR()."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "error-test-of-null-pointer"
_TESTS = frozenset({"IS_ERR"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call whose NULL slips through."""
    seen: set[tuple[str, int]] = set()
    for moment in function.flow.calls():
        expr = moment.expr
        if expr is None or expr.text not in _TESTS or not moment.values:
            continue
        value = moment.values[0]
        if value is None or value.kind is not V.RESULT or (value.name, value.site) in seen:
            continue
        convention = file.conventions.of(value.name)
        if not convention.null or convention.error or convention.unsure:
            continue
        key = expr.kids[0].key
        if key and function.tested.of(key)[0]:
            continue
        seen.add((value.name, value.site))
        what = f"`{key}`" if key else "its result"
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=f"{value.name}: {key}" if key else value.name,
            words=(("callee", value.name), ("pointer", key or "the result"), ("test", expr.text)),
            steps=(
                HitStep(value.site, f"{value.name}() is called; it fails with NULL"),
                HitStep(moment.line, f"{what} is only tested with {expr.text}(), false for NULL"),
            ),
        )
