# SPDX-License-Identifier: GPL-2.0-or-later
"""A path frees a member, and only then stops the callback, or the users, that go through it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.summary import Callback, waited_field
from vreview.analysis.syntax import slot_uses

RULE = "freed-before-stopped"
_BEGINS = re.compile(r"(^|_)(add|register)(_|$)")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each member and the line that frees it."""
    ends = file.knowledge.waiters.keys() | file.knowledge.users.keys()
    if ends.isdisjoint(c.call for c in function.summary.calls):
        return
    told: set[tuple[str, int]] = set()
    for moment in function.flow.calls():
        call = moment.expr
        if call is None or not moment.state.freed or call.text not in ends:
            continue
        for key, how in moment.state.freed.items():
            if "->" not in key or not how.sure or (key, how.line) in told:
                continue
            used = next(_users(call, key, function, file), None)
            if used is None:
                continue
            told.add((key, how.line))
            user, line = used
            yield Hit(
                rule=RULE,
                function=function.name,
                line=how.line,
                subject=f"{key}: {call.text}",
                words=(("object", key), ("free", how.call), ("waiter", call.text), ("user", user)),
                steps=(
                    HitStep(line, f"{user} uses `{last_field(key)}`"),
                    HitStep(how.line, f"{how.call}() frees `{key}`"),
                    HitStep(moment.line, f"{call.text}() ends that only here"),
                ),
            )


def _users(
    call: Expr, key: str, function: FunctionFacts, file: FileFacts
) -> Iterator[tuple[str, int]]:
    """Who may go through the member until the call: a callback of the file, an operation, or, for
    a member of the call's own object, anybody."""
    field = last_field(key)
    names = [c.function for c in _stopped(call, file)]
    structs = file.knowledge.users.get(call.text, frozenset())
    if structs:
        names += [use.function for use in slot_uses(file.masked) if use.struct in structs]
        own = call.kids[0].key if call.kids else ""
        if own and key.startswith(f"{own}->") and not _begins(own, function):
            yield f"others with {own}", call.line
    below = file.world.calls_below(function.name)
    for name in names:
        if name not in below and (used := _uses(name, field, file)) is not None:
            yield f"{used[0]}()", used[1]


def _begins(key: str, function: FunctionFacts) -> bool:
    """The function itself makes the object known: it may free where that has failed."""
    return any(
        expr.kind is K.CALL
        and _BEGINS.search(expr.text) is not None
        and any(kid.key == key for kid in expr.kids)
        for expr in function.expressions()
    )


def _stopped(call: Expr, file: FileFacts) -> Iterator[Callback]:
    """The callbacks of the file that the call waits for: of this member, for certain."""
    waiter = file.knowledge.waiters.get(call.text)
    field = waited_field(call, waiter.object) if waiter is not None else ""
    if waiter is None or not field:
        return
    for callback in file.world.callbacks:
        if callback.function and (callback.kind, callback.field) == (waiter.kind, field):
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
