# SPDX-License-Identifier: GPL-2.0-or-later
"""A teardown frees members of an object that stays, resets some of them, and leaves one pointing
to what is gone, though something else frees it, too."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.held import object_of
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.pairing import root_name_of

RULE = "sibling-left-pointing"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each member that is left."""
    freed = _freed(function, file)
    if len(freed) < 2:
        return
    reset = _reset(function)
    done = [key for key in freed if key in reset and reset[key] > freed[key].line]
    roots = {root_name_of(key) for key in done}
    left = [key for key in freed if key not in reset and root_name_of(key) in roots]
    if not done or not left or len(left) > 2:
        return
    kept = _at_the_end(function)
    for key in left:
        if key not in kept:
            continue
        again = _again(key, function, file)
        if again is None:
            continue
        free = freed[key]
        yield Hit(
            rule=RULE,
            function=function.name,
            line=free.line,
            subject=f"{key}: {free.text}",
            words=(("object", key), ("free", free.text), ("sibling", done[0]), ("other", again[0])),
            steps=(
                HitStep(reset[done[0]], f"`{done[0]}` is reset after it is freed"),
                HitStep(free.line, f"{free.text}() frees `{key}`, which keeps its value"),
                HitStep(again[1], f"{again[0]}() {again[2]}"),
            ),
        )


def _freed(function: FunctionFacts, file: FileFacts) -> dict[str, Expr]:
    """Members that are freed for good, and the last call that does."""
    found: dict[str, Expr] = {}
    for expr in function.expressions():
        if expr.kind is K.CALL and (free := file.knowledge.frees.get(expr.text)) is not None:
            key = object_of(expr.kids[free.arg]) if free.arg < len(expr.kids) else ""
            if free.sure and "->" in key and "[" not in key:
                found[key] = expr
    return found


def _reset(function: FunctionFacts) -> dict[str, int]:
    """Members that are given a value, and the last line that does."""
    return {
        expr.kids[0].key: expr.line
        for expr in function.expressions()
        if expr.kind is K.ASSIGN and expr.kids and expr.kids[0].kind is K.MEMBER
    }


def _at_the_end(function: FunctionFacts) -> set[str]:
    """What is freed at some return, while the object around it is not."""
    found: set[str] = set()
    for moment in function.flow.returns():
        gone = moment.state.freed
        found |= {
            key for key in gone if not any(k != key and key.startswith(f"{k}->") for k in gone)
        }
    return found


def _again(key: str, function: FunctionFacts, file: FileFacts) -> tuple[str, int, str] | None:
    """Another function frees the member as well, or two call this one."""
    field = last_field(key)
    for other in file.functions:
        if other is function:
            continue
        for name, expr in _freed(other, file).items():
            if last_field(name) == field:
                return other.name, expr.line, f"frees `{field}` as well"
    callers = [
        (f.name, c.line) for f in file.functions for c in f.summary.calls if c.call == function.name
    ]
    if len({name for name, _ in callers}) > 1:
        return callers[-1][0], callers[-1][1], f"calls {function.name}() as well"
    return None
