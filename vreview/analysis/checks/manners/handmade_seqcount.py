# SPDX-License-Identifier: GPL-2.0-or-later
"""A counter that is odd while somebody is inside, raised with barriers by hand: a seqcount.

Two things must be in the file: a marked store of the member plus one, and a test of its lowest bit.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import calls, field_of, reads_of
from vreview.analysis.expr import Expr, K, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep

RULE = "handmade-seqcount"
_STORES = frozenset({"smp_store_release", "WRITE_ONCE", "smp_store_mb"})
_READS = frozenset({"READ_ONCE", "smp_load_acquire"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for a function that asks whether such a counter is odd."""
    odd = {name: line for name, line in _oddness(function) if name}
    for field, line in sorted(odd.items(), key=lambda pair: pair[1]):
        raised = next(_raised(field, file), None)
        if raised is None:
            continue
        where, store = raised
        yield Hit(
            rule=RULE,
            function=function.name,
            line=line,
            subject=field,
            words=(("counter", field), ("writer", where)),
            steps=(
                HitStep(store.line, f"{where}() counts {field} up"),
                HitStep(line, "odd means that somebody is inside"),
            ),
        )


def _oddness(function: FunctionFacts) -> Iterator[tuple[str, int]]:
    """Members whose lowest bit is tested, directly or through a variable."""
    held: dict[str, str] = {}
    for node in function.graph.nodes:
        expr = node.expr
        if expr is None:
            continue
        target = node.name if node.op is Op.DECLARE else ""
        if expr.kind is K.ASSIGN and expr.kids[0].kind is K.NAME:
            target = expr.kids[0].text
        for _, field in reads_of(expr, _READS):
            held.setdefault(target, field)
        for part in walk(expr):
            if part.kind is K.BINARY and part.text == "&" and _is_one(part.kids[-1]):
                tested = part.kids[0]
                direct = next((field for _, field in reads_of(tested, _READS)), "")
                yield direct or held.get(tested.text, ""), part.line


def _is_one(expr: Expr) -> bool:
    return expr.kind is K.NUMBER and expr.text.rstrip("uUlL") in ("1", "0x1", "0x01")


def _raised(field: str, file: FileFacts) -> Iterator[tuple[str, Expr]]:
    for other in file.functions:
        for store in calls(other, _STORES):
            value = store.kids[-1]
            if (
                len(store.kids) == 2
                and field_of(store.kids[0]) == field
                and value.kind is K.BINARY
                and value.text == "+"
                and any(_is_one(kid) for kid in value.kids)
            ):
                yield other.name, store
