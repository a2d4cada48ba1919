# SPDX-License-Identifier: GPL-2.0-or-later
"""A request that the file hands to hardware is freed, and nothing in the file stops it before."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.held import object_of
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.knowledge import InFlight

RULE = "request-in-flight-freed"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each member that holds such a request."""
    calls = {c.call for c in function.summary.calls}
    for kind in file.knowledge.in_flight:
        if not calls.isdisjoint(kind.frees):
            yield from _freed(function, kind, file)


def _freed(function: FunctionFacts, kind: InFlight, file: FileFacts) -> Iterator[Hit]:
    stopped = [key for _, _, key in _calls(file, kind.stops)]
    if any("->" not in key for key in stopped):
        return  # by another name: perhaps this one
    fields = {last_field(key) for key in stopped}
    submitted = {last_field(k): (by, e) for by, e, k in _calls(file, kind.submits) if "->" in k}
    fields |= {
        expr.kids[0].text
        for expr in function.expressions()
        if expr.kind is K.ASSIGN and expr.kids and expr.kids[0].kind is K.MEMBER
    }  # who makes it knows that it is not yet under way
    for expr in function.expressions():
        if expr.kind is not K.CALL or expr.text not in kind.frees or not expr.kids:
            continue
        key = object_of(expr.kids[0])
        field = last_field(key)
        if "->" not in key or field in fields or field not in submitted:
            continue
        fields.add(field)
        by, submit = submitted[field]
        yield Hit(
            rule=RULE,
            function=function.name,
            line=expr.line,
            subject=f"{field}: {expr.text}",
            words=(("object", key), ("free", expr.text), ("submit", submit.text), ("by", by)),
            steps=(
                HitStep(submit.line, f"{by}() hands `{field}` to {submit.text}()"),
                HitStep(expr.line, f"{expr.text}() frees it, and nothing has stopped it"),
            ),
        )


def _calls(file: FileFacts, names: frozenset[str]) -> Iterator[tuple[str, Expr, str]]:
    for function in file.functions:
        for expr in function.expressions():
            if expr.kind is K.CALL and expr.text in names and expr.kids:
                yield function.name, expr, object_of(expr.kids[0])
