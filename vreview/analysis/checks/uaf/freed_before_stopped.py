# SPDX-License-Identifier: GPL-2.0-or-later
"""A path frees a member, and only then stops the callback that works on it."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.summary import Callback, waited_field

RULE = "freed-before-stopped"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each member and the line that frees it."""
    if not function.summary.waits:
        return
    told: set[tuple[str, int]] = set()
    for moment in function.flow.calls():
        call = moment.expr
        if call is None or not moment.state.freed or call.text not in file.knowledge.waiters:
            continue
        for callback in _stopped(call, file):
            for key, how in moment.state.freed.items():
                field = last_field(key)
                if "->" not in key or not how.sure or (key, how.line) in told:
                    continue
                used = _uses(callback.function, field, file)
                if used is None:
                    continue
                told.add((key, how.line))
                yield Hit(
                    rule=RULE,
                    function=function.name,
                    line=how.line,
                    subject=f"{key}: {callback.function}",
                    words=(
                        ("object", key), ("free", how.call), ("waiter", call.text),
                        ("callback", callback.function),
                    ),
                    steps=(
                        HitStep(callback.line, f"{callback.function}() becomes {callback.how}"),
                        HitStep(used[1], f"{used[0]}() uses `{field}`"),
                        HitStep(how.line, f"{how.call}() frees `{key}`"),
                        HitStep(moment.line, f"{call.text}() stops the callback only here"),
                    ),
                )  # fmt: skip


def _stopped(call: Expr, file: FileFacts) -> Iterator[Callback]:
    """The callbacks of the file that the call waits for: of this member, for certain."""
    waiter = file.knowledge.waiters[call.text]
    field = waited_field(call, waiter.object)
    for callback in file.world.callbacks:
        if (callback.kind, callback.field) == (waiter.kind, field) and field and callback.function:
            yield callback


def _uses(name: str, field: str, file: FileFacts) -> tuple[str, int] | None:
    """The callback, or what it calls in the file, goes through the member."""
    names = {name, *file.world.calls_below(name)}
    for function in file.functions:
        if function.name not in names:
            continue
        for expr in function.expressions():
            if expr.kind is K.MEMBER and expr.text == field:
                return function.name, expr.line
    return None
