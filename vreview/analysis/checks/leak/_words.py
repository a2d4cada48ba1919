# SPDX-License-Identifier: GPL-2.0-or-later
"""What the leak checks say in the same words."""

from __future__ import annotations

import re

from vreview.analysis.assigned import results_in
from vreview.analysis.exits import Exit
from vreview.analysis.expr import K, root_name
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import Resource

NOT_LOST = frozenset({"iterator", "named", "number", "dma", "realloc", "thread"})
"""Kinds that another rule tells, or that live on in what is computed from them."""


def hit(
    rule: str,
    function: FunctionFacts,
    exit_: Exit,
    resource: Resource,
    *,
    release: str,
    last: str,
    weak: bool = False,
    evidence: tuple[HitStep, ...] = (),
    more: tuple[tuple[str, str], ...] = (),
) -> Hit:
    """The hit for a resource that an exit still holds."""
    here = HitStep(exit_.line, last)
    return Hit(
        rule=rule,
        function=function.name,
        line=exit_.line,
        subject=f"{resource.key}: {resource.call}",
        words=(("object", resource.key), ("acquire", resource.call), ("release", release), *more),
        steps=(*exit_.state.steps(), *evidence, here),
        weak=weak,
    )


def usual_release(function: FunctionFacts, resource: Resource) -> str:
    """How it is given back: as the function itself does it, or by the pair's first call."""
    releases = function.exits.custody.undoing(resource)
    own = sorted({c.call for c in function.summary.calls} & releases)
    if own:
        return own[0]
    for pair in function.knowledge.acquires.get(resource.call, ()):
        if pair.releases:
            return min(pair.releases, key=lambda name: (len(name), name))
    return min(releases, key=lambda name: (len(name), name), default="its release")


def stays_alone(function: FunctionFacts, file: FileFacts, counterpart: str) -> bool:
    """No caller in the file, near or far, calls the counterpart when the function fails; and it
    is no function of which every caller is elsewhere."""
    callers: set[str] = set()
    todo = {function.name}
    for _ in range(3):
        todo = {
            other.name
            for other in file.functions
            if other.name not in callers
            and not todo.isdisjoint(c.call for c in other.summary.calls)
        }
        callers |= todo
    if any(counterpart in file.world.calls_below(caller) for caller in callers):
        return False
    return bool(callers) or file.is_static(function.function)


_LISTS = re.compile(r"list_(add|move|insert)|rb_(link|insert)|hash_add|_enqueue|queue_tail")


def in_a_list(function: FunctionFacts, names: frozenset[str]) -> bool:
    """A part of what one of ``names`` points to goes into a list."""
    return any(
        expr.kind is K.CALL
        and _LISTS.search(expr.text) is not None
        and any(kid.kind is K.ADDRESS and root_name(kid) in names for kid in expr.kids)
        for expr in function.expressions()
    )


def converted(function: FunctionFacts, key: str) -> frozenset[str]:
    """Variables that are what a call made of ``key`` alone: ``outer = outer_of(key)``."""
    return frozenset(
        result.key
        for result in results_in(function.graph)
        if result.key.isidentifier()
        and result.key != key
        and len(result.call.kids) == 1
        and result.call.kids[0].key == key
    )
