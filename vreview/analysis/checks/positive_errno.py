# SPDX-License-Identifier: GPL-2.0-or-later
"""An errno without its minus sign reaches a return.

Functions that use positive errnos throughout, or whose callers negate them, follow a convention
of their own and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "positive-errno"

_CONVERTS = 3
"""So many errnos, and none below 0: the function turns something into one, as its caller knows."""


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each place that makes a positive errno which is returned."""
    result = function.function.result
    if result == "void" or "bool" in result:
        return
    negative = {
        (m.value.name, m.value.site)
        for m in function.flow.returns()
        if m.value is not None and m.value.kind in (V.NEG_ERRNO, V.ERR_PTR)
    }
    positive: dict[int, Moment] = {}
    for moment in (*function.flow.returns(), *_lost(function)):
        if moment.value is not None and moment.value.kind is V.POS_ERRNO:
            positive.setdefault(moment.value.site, moment)
    if not positive or _negated_by_a_caller(function, file):
        return
    sure = bool(negative or function.summary.errnos)
    names = {m.value.name for m in positive.values() if m.value is not None}
    if not sure and (len(names) >= _CONVERTS or _convention(file)):
        return
    for site, moment in sorted(positive.items()):
        value = moment.value
        if value is None:
            continue
        steps = [s for s in moment.state.steps() if s.line >= site]
        where = HitStep(moment.line, f"returns it: {value.name}, without the minus sign")
        yield Hit(
            rule=RULE,
            function=function.name,
            line=site,
            subject=value.name,
            words=(("errno", value.name), ("function", function.name)),
            steps=(*steps, where),
            weak=not sure,
        )


def _convention(file: FileFacts) -> bool:
    """Several functions of the file return errnos, and all of them without a sign."""
    kinds = [
        {m.value.kind for m in other.flow.returns() if m.value is not None}
        for other in file.functions
    ]
    return sum(V.POS_ERRNO in k and V.NEG_ERRNO not in k for k in kinds) > 1


def _lost(function: FunctionFacts) -> Iterator[Moment]:
    """Assignments to a variable that elsewhere holds -E…, where its return is out of sight."""
    if not any(
        node.name == "" and node.line and node.op.name == "HOLE" for node in function.graph.nodes
    ):
        return
    assigned = [m for m in function.flow.moments if m.kind is Seen.ASSIGN and m.value is not None]
    negative = {
        m.expr.kids[0].text
        for m in assigned
        if m.expr is not None and m.value is not None and m.value.kind is V.NEG_ERRNO
    }
    for moment in assigned:
        if moment.expr is not None and moment.expr.kids[0].text in negative:
            yield moment


def _negated_by_a_caller(function: FunctionFacts, file: FileFacts) -> bool:
    return any(
        expr.kind is K.UNARY
        and expr.text == "-"
        and expr.kids
        and expr.kids[0].kind is K.CALL
        and expr.kids[0].text == function.name
        for other in file.functions
        for expr in other.expressions()
    )
