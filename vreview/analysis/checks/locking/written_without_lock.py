# SPDX-License-Identifier: GPL-2.0-or-later
"""A member is written without the lock that at least four other functions of the file hold when
they write it.

By the order of lines, not of paths: a habit of the file, no proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from vreview.analysis.expr import Expr, K, object_key
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.lockclass import LockClass, class_of, drops_of, takings

RULE = "written-without-lock"
_FEWEST = 4
_ALONE = re.compile(
    r"(^|_)(init|probe|attach|setup|alloc|create|register|remove|exit|cleanup|fini|destroy|free"
    r"|release|open|close|disconnect|unlocked|locked|new|add)(_|$|\d)|^__"
)
_LINKS = re.compile(r"^_*h?list_(add|del|move|splice)\w*$")
_Write = tuple[FunctionFacts, int, frozenset[LockClass]]


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such member."""
    if _ALONE.search(function.name) or not any(_written(function)):
        return
    for member, writes in _writes(file).items():
        mine = [w for w in writes if w[0] is function]
        others = {w[0].name: w for w in writes if w[0] is not function}
        if not mine or len(others) < _FEWEST:
            continue
        locks = frozenset.intersection(*(w[2] for w in others.values()))
        for lock in sorted(locks, key=str):
            line = next((w[1] for w in mine if lock not in w[2]), 0)
            if not line or lock.owner != member.owner or not _on_its_own(function, lock, file):
                continue
            name, at = next((w[0].name, w[1]) for w in others.values())
            yield Hit(
                rule=RULE,
                function=function.name,
                line=line,
                subject=str(member),
                words=(
                    ("member", str(member)),
                    ("lock", str(lock)),
                    ("count", str(len(others))),
                ),
                steps=(
                    HitStep(at, f"{name}() and others write {member} with {lock} held"),
                    HitStep(line, f"{function.name}() writes it without"),
                ),
            )
            break


@lru_cache(maxsize=2)
def _writes(file: FileFacts) -> Mapping[LockClass, list[_Write]]:
    """By member, where it is written and which locks are held there; functions that begin or end
    things, and those that are called with a lock held, are left out."""
    found: dict[LockClass, list[_Write]] = {}
    for function in file.functions:
        if _ALONE.search(function.name) or not any(_written(function)):
            continue
        spans = list(_held(function, file))
        for key, line in _written(function):
            member = class_of(key, function, file)
            if member is not None and member.owner.startswith("struct "):
                held = frozenset(of for of, first, last in spans if first < line < last)
                found.setdefault(member, []).append((function, line, held))
    return found


def _written(function: FunctionFacts) -> Iterator[tuple[str, int]]:
    for expr in function.expressions():
        target: Expr | None = None
        if expr.kind in (K.ASSIGN, K.UPDATE) and expr.kids:
            target = expr.kids[0]
        elif expr.kind is K.CALL and _LINKS.match(expr.text) and expr.kids:
            target = expr.kids[-1].kids[0] if expr.kids[-1].kind is K.ADDRESS else None
        if target is not None and target.kind is K.MEMBER and target.key:
            yield object_key(target), expr.line


def _held(function: FunctionFacts, file: FileFacts) -> Iterator[tuple[LockClass, int, int]]:
    """Each lock, and the lines from where it is taken to where it is dropped next."""
    drops = [(of, line) for of, _, line in drops_of(function, file) if of is not None]
    for taking in takings(function, file):
        after = [line for of, line in drops if of == taking.of and line > taking.call.line]
        if after:
            last = max(after)
            yield taking.of, taking.call.line, last


def _on_its_own(function: FunctionFacts, lock: LockClass, file: FileFacts) -> bool:
    """It has to do with the lock elsewhere, or nobody in sight can hold it for this function."""
    if any(c.call in file.knowledge.must_hold for c in function.summary.calls):
        return False
    if any(taking.of == lock for taking in takings(function, file)):
        return True
    kinds = {c.kind for c in file.world.callbacks if c.function == function.name}
    if kinds:
        return kinds <= file.knowledge.runs_in.keys()
    called = any(c.call == function.name for f in file.functions for c in f.summary.calls)
    entered = function.name in file.exported or file.is_static(function.function)
    return entered and not called and not file.named(function.name)
