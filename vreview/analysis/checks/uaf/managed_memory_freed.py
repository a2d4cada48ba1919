# SPDX-License-Identifier: GPL-2.0-or-later
"""What a devm allocator gave is given back by hand: the core will do so a second time.

Seen on one path, in a file that has only devm allocators of the kind that a call gives back, or by
the member that only they are assigned to.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.held import object_of
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.knowledge import Free
from vreview.analysis.state import V

RULE = "managed-memory-freed"
_STILL_ITS_RESULT = (V.RESULT, V.NONZERO, V.OK_PTR)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call that gives such an object back."""
    frees = file.knowledge.frees
    given = {c.call for c in function.summary.calls if c.call in frees and frees[c.call].devm}
    if not given:
        return
    told: set[int] = set()
    for moment in function.flow.calls():
        call = moment.expr
        if call is None or call.text not in given or moment.line in told:
            continue
        free = frees[call.text]
        by = _managed(moment, free) or _only(free, file) or _by_member(call, free, file)
        if by:
            told.add(moment.line)
            allocator, line = by
            yield Hit(
                rule=RULE,
                function=function.name,
                line=moment.line,
                subject=f"{call.text}: {allocator}",
                words=(("call", call.text), ("allocator", allocator)),
                steps=(
                    HitStep(line, f"{allocator}() allocates for the life of the driver"),
                    HitStep(moment.line, f"{call.text}() gives it back by hand"),
                ),
            )


def _managed(moment: Moment, free: Free) -> tuple[str, int] | None:
    if moment.expr is None or free.arg >= len(moment.values):
        return None
    value = moment.values[free.arg]
    if value is None or value.kind not in _STILL_ITS_RESULT:
        return None
    known = value.name in free.devm or (free.sure and value.name.startswith("devm_"))
    return (value.name, value.site) if known else None


def _by_member(call: Expr, free: Free, file: FileFacts) -> tuple[str, int] | None:
    """The member that the call gives back is only ever given what devm's allocators gave."""
    key = object_of(call.kids[free.arg]) if free.arg < len(call.kids) else ""
    if "->" not in key or not free.sure:
        return None
    field, found = last_field(key), None
    for function in file.functions:
        for expr in function.expressions():
            if expr.kind is K.ADDRESS and last_field(object_of(expr)) == field:
                return None  # perhaps set through it
            if expr.kind is not K.ASSIGN or last_field(expr.kids[0].key) != field:
                continue
            source = expr.kids[-1]
            if source.kind is K.CALL and source.text in free.devm:
                found = source.text, source.line
            elif source.text != "NULL":
                return None
    return found


def _only(free: Free, file: FileFacts) -> tuple[str, int] | None:
    """The file's only allocators of the kind are devm's."""
    if not free.plain:
        return None
    found: tuple[str, int] | None = None
    for other in file.functions:
        for call in other.summary.calls:
            if call.call in free.plain:
                return None
            if call.call in free.devm and found is None:
                found = call.call, call.line
    return found
