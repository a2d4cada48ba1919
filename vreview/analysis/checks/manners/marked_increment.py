# SPDX-License-Identifier: GPL-2.0-or-later
"""READ_ONCE(), plus one, and a marked store: an increment in two steps with no lock in sight.

With a lock the READ_ONCE() is not needed; without one, increments get lost. Silent under a lock.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import calls, field_of, reads_of
from vreview.analysis.expr import Expr, K, names_in, object_key
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep

RULE = "marked-increment"
_STORES = frozenset({"smp_store_release", "WRITE_ONCE", "smp_store_mb"})
_READS = frozenset({"READ_ONCE", "smp_load_acquire"})


def check(function: FunctionFacts, _file: FileFacts) -> Iterator[Hit]:
    """One hit for each store of a value that was read so and counted up or down."""
    for store in calls(function, _STORES):
        if len(store.kids) != 2 or not _counted(store.kids[1]):
            continue
        read = _read(function, store)
        if read is None or _locked(function, store):
            continue
        yield Hit(
            rule=RULE,
            function=function.name,
            line=store.line,
            subject=object_key(store.kids[0]),
            words=(("object", object_key(store.kids[0])), ("call", store.text)),
            steps=(
                HitStep(read.line, f"{read.text}() reads it"),
                HitStep(store.line, f"{store.text}() writes it back, one step on"),
            ),
        )


def _counted(value: Expr) -> bool:
    plus = value.kind is K.BINARY and value.text in ("+", "-") and len(value.kids) == 2
    return plus and value.kids[1].kind is K.NUMBER


def _read(function: FunctionFacts, store: Expr) -> Expr | None:
    """The marked read of the same member that the stored value comes from."""
    field = field_of(store.kids[0])
    for read, name in reads_of(store.kids[1], _READS):
        if name == field:
            return read
    wanted = names_in(store.kids[1])
    for node in function.graph.nodes:
        expr = node.expr
        if expr is None or node.line > store.line:
            continue
        target = node.name if node.op is Op.DECLARE else ""
        if expr.kind is K.ASSIGN:
            target = expr.kids[0].text
        if target in wanted:
            for read, name in reads_of(expr, _READS):
                if name == field and field:
                    return read
    return None


def _locked(function: FunctionFacts, store: Expr) -> bool:
    return any(m.expr is store and m.state.locks for m in function.flow.calls())
