# SPDX-License-Identifier: GPL-2.0-or-later
"""A function is called without the lock that it asserts, and that its other callers hold.

The assertion stands in the callee, in the same file; that others hold the lock is the evidence
that the caller was not meant to be called with it held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from vreview.analysis.expr import K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.summary import lock_key

RULE = "callee-needs-lock"
_DEEPEST = 2


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such call."""
    asserted = _asserted(file)
    wanted = {c.call for c in function.summary.calls} & asserted.keys() - {function.name}
    if not wanted or _called_by_core(function, file):
        return
    if not _entered_freely(function, file):
        return
    told: set[int] = set()
    for moment in function.flow.calls():
        call = moment.expr
        if call is None or call.text not in wanted or moment.line in told or moment.state.blind:
            continue
        line, field = asserted[call.text]
        if _has(function, field, file) or any(
            last_field(h.key) == field for h in moment.state.locks
        ):
            continue
        other = _other(call.text, field, function, file)
        if not other:
            continue
        told.add(moment.line)
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=f"{field}: {call.text}",
            words=(("lock", field), ("call", call.text), ("other", other[0])),
            steps=(
                HitStep(line, f"{call.text}() asserts that {field} is held"),
                HitStep(other[1], f"{other[0]}() has {field} and calls it"),
                HitStep(moment.line, f"{function.name}() calls it without"),
            ),
        )


def _entered_freely(function: FunctionFacts, file: FileFacts) -> bool:
    """No caller in a file beside, and none through a pointer of the driver's own, may hold it."""
    if function.name in file.exported or function.name in file.world.callback_names:
        return True
    return file.is_static(function.function) and not file.named(function.name)


def _called_by_core(function: FunctionFacts, file: FileFacts) -> bool:
    """A callback that may be called with locks held: not a work item or another such context."""
    kinds = {c.kind for c in file.world.callbacks if c.function == function.name}
    return any(file.knowledge.runs_in.get(kind) != "process" for kind in kinds)


@lru_cache(maxsize=2)
def _asserted(file: FileFacts) -> Mapping[str, tuple[int, str]]:
    """The functions of the file that assert a lock before anything else is decided, and the static
    ones that call them and leave the lock alone."""
    found = dict(_asserting(file))
    for _ in range(_DEEPEST):
        for function in file.functions:
            if function.name in found or not file.is_static(function.function):
                continue
            summary = function.summary
            for call in summary.calls if function.name not in file.address_taken else ():
                line, field = found.get(call.call, (0, ""))
                if field and not _has(function, field, file):
                    found[function.name] = (line, field)
                    break
    return found


def _asserting(file: FileFacts) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for function in file.functions:
        if all(c.call not in file.knowledge.must_hold for c in function.summary.calls):
            continue
        for node in function.graph.nodes:
            expr = node.expr
            if expr is not None and expr.kind is K.CALL and expr.text in file.knowledge.must_hold:
                field = last_field(lock_key(expr, 0))
                if field and function.name not in found:
                    found[function.name] = (expr.line, field)
    return found


def _has(function: FunctionFacts, field: str, file: FileFacts) -> bool:
    """The function has to do with the lock itself: takes, drops or asserts it, or below."""
    summary = function.summary
    own = any(f.field == field for f in (*summary.takes, *summary.drops))
    asserts = _asserted_here(function, field, file)
    known = file.knowledge.takes
    locks = any(c.call not in known for c in summary.calls if _wraps(c.call))
    below = any(field in file.world.takes_below(c.call) for c in summary.calls)
    return own or asserts or locks or below


def _asserted_here(function: FunctionFacts, field: str, file: FileFacts) -> bool:
    return any(
        expr.kind is K.CALL
        and expr.text in file.knowledge.must_hold
        and last_field(lock_key(expr, 0)) == field
        for expr in function.expressions()
    )


def _wraps(call: str) -> bool:
    return call.endswith(("_lock", "_trylock", "_lock_interruptible", "_lock_killable"))


def _other(
    callee: str, field: str, function: FunctionFacts, file: FileFacts
) -> tuple[str, int] | None:
    """Another caller in the file holds it, and nobody who calls this one has to do with it."""
    holding: list[tuple[str, int]] = []
    for other in file.functions:
        if other is function:
            continue
        lines = [c.line for c in other.summary.calls if c.call == callee]
        takes = [t for t in other.summary.takes if t.field == field]
        if lines and takes and takes[0].line < lines[0]:
            holding.append((other.name, takes[0].line))
        elif lines and _asserted_here(other, field, file):
            holding.append((other.name, other.function.first))
    called = [f for f in file.functions if any(c.call == function.name for c in f.summary.calls)]
    ours = any(_has(f, field, file) or _may_have(f, file) for f in called)
    return holding[0] if holding and not ours else None


def _may_have(function: FunctionFacts, file: FileFacts) -> bool:
    """Whoever calls it may hold a lock of an object that it is given."""
    return function.name not in file.exported and any(function.function.parameters)
