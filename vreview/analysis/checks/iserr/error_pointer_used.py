# SPDX-License-Identifier: GPL-2.0-or-later
"""An error pointer is gone through, or handed to a call that crashes on one."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import Expr, K, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V, Value
from vreview.analysis.tested import ERROR_TESTS

RULE = "error-pointer-used"
_LOOKS = ERROR_TESTS | {"PTR_ERR"}


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each pointer and the call that made it."""
    seen: set[tuple[str, int]] = set()
    for moment in function.flow.moments:
        for expr, value in _used(moment, file):
            if value is None or (expr.key, value.site) in seen or not expr.key:
                continue
            if _asked(moment, expr.key):
                continue
            if value.kind is V.ERR_PTR:
                how = "holds an error pointer on this path"
                weak = False
            elif value.kind is V.RESULT and _untested(function, file, expr.key, value):
                how = f"is what {value.name}() gave, an error pointer when it fails"
                weak = True
            else:
                continue
            seen.add((expr.key, value.site))
            yield Hit(
                rule=RULE,
                function=function.name,
                line=moment.line,
                subject=expr.key,
                words=(("pointer", expr.key), ("how", how)),
                steps=(
                    *moment.state.steps(),
                    HitStep(moment.line, f"`{expr.key}` {how}, and is used"),
                ),
                weak=weak,
            )


def _used(moment: Moment, file: FileFacts) -> Iterator[tuple[Expr, Value | None]]:
    """The pointers that this moment relies on, with their values."""
    expr = moment.expr
    if expr is None:
        return
    if moment.kind is Seen.DEREF:
        yield expr, moment.value
    elif moment.kind is Seen.CALL and expr.text in file.knowledge.breaks_on_error_pointer:
        yield from zip(expr.kids[:1], moment.values[:1], strict=True)


def _asked(moment: Moment, key: str) -> bool:
    """A call in a condition of this path got the pointer: it may have looked at it."""
    at = moment.state.trace
    while at is not None:
        before, _, _, test = at
        for expr in walk(test) if test is not None else ():
            call = expr.kind is K.CALL and expr.text not in _LOOKS
            if call and any(kid.key == key for kid in expr.kids):
                return True
        at = before
    return False


def _untested(function: FunctionFacts, file: FileFacts, key: str, value: Value) -> bool:
    convention = file.conventions.of(value.name)
    if not convention.error or convention.unsure:
        return False
    return not any(function.tested.of(key))
