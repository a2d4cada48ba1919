# SPDX-License-Identifier: GPL-2.0-or-later
"""A path drops a reference, and the label that it then jumps to drops it a second time."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.uaf.looks import given_again, words_for
from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep

RULE = "double-put"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each object and the line that dropped the reference first."""
    told: set[tuple[str, int]] = set()
    for moment in function.flow.calls():
        if not moment.state.freed or moment.expr is None:
            continue
        for key, before, now in given_again(moment, file):
            if before.sure or now.sure or before.via or now.via or (key, before.line) in told:
                continue
            if key in function.referenced or before.call != now.call or before.line == now.line:
                continue
            fled = moment.state.fled
            if fled is None or fled.line < before.line or not _got(key, function):
                continue
            told.add((key, before.line))
            yield Hit(
                rule=RULE,
                function=function.name,
                line=moment.line,
                subject=f"{key}: {before.call}",
                words=(*words_for(key, before, function), ("again", f"{now.call}()")),
                steps=(
                    *moment.state.steps(),
                    HitStep(moment.line, f"`{now.call}()` drops it again"),
                ),
            )


def _got(key: str, function: FunctionFacts) -> bool:
    """A local variable that calls gave their results to, and nothing else did."""
    if key not in function.graph.locals:
        return False
    given = [
        node.expr
        for node in function.graph.nodes
        if node.op is Op.DECLARE and node.name == key and node.expr is not None
    ]
    given += [
        expr.kids[1]
        for expr in function.expressions()
        if expr.kind is K.ASSIGN and len(expr.kids) == 2 and expr.kids[0].key == key
    ]
    given = [expr for expr in given if expr.text != "NULL"]
    return bool(given) and all(expr.kind is K.CALL for expr in given)
