# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages are given back, yet a structure that outlives the function still points to them."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import BELOW_ZERO, V

RULE = "kept-after-release"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each release that leaves a member behind on a successful path."""
    for moment in function.flow.returns():
        for member, kept in moment.state.stores.items():
            if not kept.released or _failed(moment) or _own(member, function):
                continue
            field = last_field(member)
            user = _user(field, function, file)
            steps = [
                *moment.state.steps(),
                HitStep(kept.released, f"{kept.call}({kept.array}) gives them back"),
            ]
            if user is not None:
                steps.append(HitStep(user[1], f"{user[0]}() goes through `{field}`"))
            yield Hit(
                rule=RULE,
                function=function.name,
                line=kept.released,
                subject=member,
                words=(("member", member), ("call", kept.call), ("array", kept.array)),
                steps=tuple(steps),
                weak=user is None,
            )


def _failed(moment: Moment) -> bool:
    value = moment.value
    if value is None or moment.state.fell > 0:
        return False
    return value.kind in BELOW_ZERO or value.kind in (V.NONZERO, V.POS_ERRNO, V.ERR_PTR)


def _own(member: str, function: FunctionFacts) -> bool:
    """The structure is the function's own: declared without a value and never pointed elsewhere."""
    root = member.split("->", 1)[0]
    if root not in function.graph.locals:
        return False
    for node in function.graph.nodes:
        if node.op is Op.DECLARE and node.name == root and node.expr is not None:
            return node.expr.kind is K.OTHER
    return not any(
        e.kind is K.ASSIGN and e.kids[0].kind is K.NAME and e.kids[0].text == root
        for e in function.expressions()
    )


def _user(field: str, function: FunctionFacts, file: FileFacts) -> tuple[str, int] | None:
    for other in file.functions:
        if other is function:
            continue
        for expr in other.expressions():
            if expr.kind is K.INDEX and expr.kids and expr.kids[0].kind is K.MEMBER:
                base = expr.kids[0]
                if base.text == field:
                    return other.name, expr.line
    return None
