# SPDX-License-Identifier: GPL-2.0-or-later
"""Two locks are taken in one order here, and in the other by another function of the file.

Locks are told by struct and member, so two objects of one kind are one lock; locks of one class
that nest, and those that are only tried, say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.lockclass import LockClass, Taking, class_of, drops_of, takings

RULE = "order-inverted"
_SHARED = re.compile(r"reading|RCU|preemption|hotplug|interrupts off|bottom halves|\(\)|ww_mutex")
_NESTED = re.compile(r"_nested|nest_lock")
_STARTS_OR_ENDS = re.compile(
    r"(^|_)(init|probe|attach|setup|alloc|create|remove|exit|cleanup|fini|destroy|free)(_|$|\d)"
)
_DEEPEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """``function`` holds ``outer`` and takes ``inner`` by ``call`` on ``line``: how it got there,
    and the other locks that it surely holds (``under``)."""

    outer: LockClass
    inner: LockClass
    function: str
    line: int
    call: str
    under: frozenset[LockClass]
    steps: tuple[HitStep, ...]


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each pair of locks, in the functions with the order that is the rarer one."""
    for order in _orders(function, file):
        back = _all(order.inner, order.outer, file)
        free = [other for other in back if not order.under & other.under]
        if not free or len(_all(order.outer, order.inner, file)) > len(back):
            continue
        other = free[0]
        yield Hit(
            rule=RULE,
            function=function.name,
            line=order.line,
            subject=f"{order.outer}: {order.inner}",
            words=(
                ("outer", str(order.outer)),
                ("inner", str(order.inner)),
                ("call", order.call),
                ("other", other.function),
            ),
            steps=(*order.steps, *other.steps),
        )


def _all(outer: LockClass, inner: LockClass, file: FileFacts) -> list[Order]:
    return [
        order
        for function in file.functions
        if _touches(function, outer, inner, file)
        for order in _orders(function, file)
        if order.outer == outer and order.inner == inner
    ]


def _touches(function: FunctionFacts, outer: LockClass, inner: LockClass, file: FileFacts) -> bool:
    """Whether it is worth to walk the function's paths."""
    own = {fact.field for fact in function.summary.takes}
    if last_field(outer.path) not in own:
        return False
    field = last_field(inner.path)
    return field in own or any(
        field in file.world.takes_below(call.call) for call in function.summary.calls
    )


@lru_cache(maxsize=256)
def _orders(function: FunctionFacts, file: FileFacts) -> tuple[Order, ...]:
    """Every pair that the function takes, one inside the other on all paths to the inner one."""
    if not function.summary.takes or _STARTS_OR_ENDS.search(function.name):
        return ()
    found: dict[tuple[LockClass, LockClass], Order] = {}
    for call, outers in _surely_held(function, file).items():
        for inner, steps in _inners(call, function, file):
            for outer, line in outers.items():
                start = HitStep(line, f"{function.name}() takes {outer}")
                under = frozenset(outers) - {outer, inner}
                order = Order(
                    outer, inner, function.name, call.line, call.text, under, (start, *steps)
                )
                if outer != inner:
                    found.setdefault((outer, inner), order)
    return tuple(found.values())


def _surely_held(
    function: FunctionFacts, file: FileFacts
) -> Mapping[Expr, Mapping[LockClass, int]]:
    """For each call, the locks that every path to it holds and the callee does not drop, with
    the lines that took them. Paths that only seem possible hold what others do not."""
    found: dict[Expr, dict[LockClass, int]] = {}
    for moment in function.flow.calls():
        if moment.expr is not None:
            held = dict(_held(moment, function, file))
            known = found.setdefault(moment.expr, held)
            for of in known.keys() - held.keys():
                del known[of]
    return {call: held for call, held in found.items() if held}


def _held(
    moment: Moment, function: FunctionFacts, file: FileFacts
) -> Iterator[tuple[LockClass, int]]:
    call = moment.expr
    if call is None or not moment.state.locks or moment.state.blind:
        return
    dropped = _dropped_below(call.text, file)
    for held in moment.state.locks:
        of = class_of(held.key, function, file) if held.key else LockClass("", held.family)
        if of is None or _SHARED.search(held.family):
            continue
        if str(of) not in dropped and f"? {last_field(held.key)}" not in dropped:
            yield of, held.line


def _inners(
    call: Expr, function: FunctionFacts, file: FileFacts
) -> Iterator[tuple[LockClass, tuple[HitStep, ...]]]:
    """The locks that the call takes, itself or in a function of the file, with the way there."""
    for taking in takings(function, file):
        if taking.call is call and _waits(taking):
            yield taking.of, (HitStep(call.line, f"{call.text}() takes {taking.of}"),)
    if call.text in file.by_name:
        here = HitStep(call.line, f"{function.name}() calls {call.text}()")
        yield from ((of, (here, *steps)) for of, steps in _below(call.text, file))


def _waits(taking: Taking) -> bool:
    return not _NESTED.search(taking.call.text) and not _SHARED.search(taking.how.family)


def _dropped_below(name: str, file: FileFacts) -> frozenset[str]:
    """The classes of all locks that a function of the file or its callees drop; ``? x`` for one
    of which only the member's name is known."""
    dropped: set[str] = set()
    for below in (name, *file.world.calls_below(name)) if name in file.by_name else ():
        function = file.by_name.get(below)
        if function is None:
            outside = file.world.functions.get(below)
            dropped |= {f"? {d.field}" for d in outside.drops} if outside is not None else set()
        elif function.summary.drops:
            dropped |= {
                str(of) if of is not None else f"? {field}"
                for of, field, _ in drops_of(function, file)
            }
    return frozenset(dropped)


def _below(name: str, file: FileFacts) -> Iterator[tuple[LockClass, tuple[HitStep, ...]]]:
    """The locks that a function of the file takes, and those below it, with the way there."""
    queue: list[tuple[str, tuple[HitStep, ...]]] = [(name, ())]
    seen = {name}
    for at, steps in queue:
        function = file.by_name[at]
        if function.summary.asks_context:
            continue
        for taking in takings(function, file):
            if _waits(taking):
                step = HitStep(taking.call.line, f"{at}() takes {taking.of}")
                yield taking.of, (*steps, step)
        for call in function.summary.calls if len(steps) < _DEEPEST else ():
            if call.call in file.by_name and call.call not in seen:
                seen.add(call.call)
                queue.append(
                    (call.call, (*steps, HitStep(call.line, f"{at}() calls {call.call}()")))
                )
