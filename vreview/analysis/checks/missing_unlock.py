# SPDX-License-Identifier: GPL-2.0-or-later
"""A path returns with the lock held that another path of the same function drops.

Silent for functions that hand the lock to their caller: by their name, by returning with it held
on success only, or by dropping a lock that they never took.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts, outcome
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.locks import drops_by_other_name, paired
from vreview.analysis.state import Held, V
from vreview.analysis.summary import lock_key

RULE = "missing-unlock"
_HANDS_OVER = re.compile(
    r"(?<!un)(?<!b)lock|acquire|_get\b|_begin|_start(?![a-z])|enter|grab|_next\b|prepare|suspend|freeze"
)


_SHORT = 4
_DROPS = re.compile(rb"unlock|drop|releas", re.IGNORECASE)
_KEPT = re.compile(
    rb"intention|on purpose|deliberate|unlock|release|drop|held|hold|locked|\bup\b", re.IGNORECASE
)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each return that keeps a lock."""
    if _HANDS_OVER.search(function.name):
        return
    returns = list(function.flow.returns())
    kept = [(held, m) for m in returns for held in m.state.locks if "[" not in held.key]
    if not kept:
        return
    dropped, foreign = _drops(function, file)
    again = _taken_again(function, file)
    for held, moment in kept:
        if (held.key, held.family) in foreign or held in again:
            continue
        elsewhere = (held.key, held.family, held.line) not in dropped
        if elsewhere and not any((k, f) == (held.key, held.family) for k, f, _ in dropped):
            continue
        if _by_design(held, returns) or _comes_locked(function, returns):
            continue
        if _told(held, function, file):
            continue
        if _explained(moment.line, file) or _stored(held.key, function):
            continue
        same = function.tested.same
        if drops_by_other_name(function.graph, held, same, file.knowledge):
            continue
        line, name = moment.line, held.key or held.family
        yield Hit(
            rule=RULE,
            function=function.name,
            line=line,
            subject=name,
            words=(("lock", name), ("call", held.call)),
            steps=(*moment.state.steps(), HitStep(line, f"returns with {name} held")),
            weak=elsewhere,
        )


def _drops(
    function: FunctionFacts, file: FileFacts
) -> tuple[set[tuple[str, str, int]], set[tuple[str, str]]]:
    """What is dropped while held here (with the line that took it), and what is dropped though
    nothing in sight took it."""
    dropped: set[tuple[str, str, int]] = set()
    foreign: set[tuple[str, str]] = set()
    pairs = paired(function.graph, file.knowledge)
    for moment in function.flow.calls():
        drop = file.knowledge.drops.get(moment.expr.text) if moment.expr is not None else None
        if drop is None and moment.expr is not None and moment.expr.text in pairs:
            drop, takes = pairs[moment.expr.text]
            drop = None if takes else drop
        if drop is None or moment.expr is None:
            continue
        key = lock_key(moment.expr, drop.arg)
        mine = [h for h in moment.state.locks if h.key == key and h.family == drop.family]
        dropped.update((key, drop.family, h.line) for h in mine)
        seen = mine or moment.state.blind or (key, drop.family) in moment.state.shed
        if not seen:
            foreign.add((key, drop.family))
    return dropped, foreign


def _taken_again(function: FunctionFacts, file: FileFacts) -> frozenset[Held]:
    """Locks that another path goes on to take once more: some call in between drops them."""
    return frozenset(
        held
        for moment in function.flow.calls()
        if moment.expr is not None
        and (lock := file.knowledge.takes.get(moment.expr.text)) is not None
        for held in moment.state.locks
        if (held.key, held.family) == (lock_key(moment.expr, lock.arg), lock.family)
        and held.line != moment.line
    )


def _by_design(held: Held, returns: list[Moment]) -> bool:
    """Held whenever the function succeeds, and never when it fails (or the other way round)."""
    with_it = {_outcome(m) for m in returns if any(_same(h, held) for h in m.state.locks)}
    without = {_outcome(m) for m in returns if not any(_same(h, held) for h in m.state.locks)}
    return not with_it & without and len(with_it | without) > 1 and "error" not in with_it


def _explained(line: int, file: FileFacts) -> bool:
    """A comment right above the return says that the lock is kept."""
    return any(
        line - 2 <= comment.last < line and _KEPT.search(comment.text) for comment in file.comments
    )


def _told(held: Held, function: FunctionFacts, file: FileFacts) -> bool:
    """A comment in the function, after the lock was taken, says by its name that it is dropped."""
    name = last_field(held.key).encode()
    return len(name) > _SHORT and any(
        held.line < comment.first <= function.function.last
        and name in comment.text
        and _DROPS.search(comment.text)
        for comment in file.comments
    )


def _stored(key: str, function: FunctionFacts) -> bool:
    """The locked object goes into another one, which is unlocked with it."""
    return key.isidentifier() and any(
        expr.kind is K.ASSIGN
        and len(expr.kids) == 2
        and expr.kids[0].kind is K.MEMBER
        and expr.kids[0].arrow
        and expr.kids[1].key == key
        for expr in function.expressions()
    )


def _outcome(moment: Moment) -> str:
    """``ret < 0 ? ret : -EIO`` is a failure either way."""
    expr = moment.expr
    ways = expr.kids[1:] if expr is not None and expr.kind is K.CHOICE else ()
    if any(kid.kind is K.UNARY and kid.text == "-" for kid in ways):
        return "error"
    return outcome(moment)


def _comes_locked(function: FunctionFacts, returns: list[Moment]) -> bool:
    """What the function finds comes with a lock, of one kind or another; NULL without any."""
    return "*" in function.function.result and all(
        m.value is not None and m.value.kind in (V.ZERO, V.ERR_PTR)
        if not m.state.locks
        else m.value is None or m.value.kind not in (V.ZERO, V.ERR_PTR)
        for m in returns
    )


def _same(one: Held, other: Held) -> bool:
    return one.key == other.key and one.family == other.family
