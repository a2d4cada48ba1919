# SPDX-License-Identifier: GPL-2.0-or-later
"""A reset or init function sets most members of a part of a structure, and leaves out one that is
read before anything else sets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "member-not-reset"
_RESETS = re.compile(r"(^|_)(re)?(set|init)(_|$)|_reset|reset_", re.IGNORECASE)
_FEWEST_SIBLINGS = 3
_MOST_MISSING = 3


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each member that is left out."""
    if not _RESETS.search(function.name) or _clears_whole(function):
        return
    for part, members in _set_here(function).items():
        if len(members) < _FEWEST_SIBLINGS:
            continue
        first_read = _read_elsewhere(part, function, file)
        missing = [name for name in first_read if name not in members]
        if not missing or len(missing) > _MOST_MISSING:
            continue
        last = max(members.values())
        for name in missing:
            reader, line = first_read[name]
            yield Hit(
                rule=RULE,
                function=function.name,
                line=last,
                subject=f"{part}->{name}",
                words=(
                    ("member", name),
                    ("part", part),
                    ("set", str(len(members))),
                    ("reader", reader),
                ),
                steps=(
                    HitStep(last, f"{len(members)} members of `{part}` are set here"),
                    HitStep(line, f"{reader}() reads `{part}->{name}`, which is not among them"),
                ),
            )


def _part_of(expr: Expr) -> tuple[str, str] | None:
    """``("part", "member")`` of ``x->part.member``: a structure within a structure."""
    if expr.kind is not K.MEMBER or expr.arrow or not expr.kids:
        return None
    owner = expr.kids[0]
    return (owner.text, expr.text) if owner.kind is K.MEMBER else None


def _set_here(function: FunctionFacts) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for expr in function.expressions():
        targets: tuple[Expr, ...] = ()
        if expr.kind is K.ASSIGN and expr.text == "=":
            targets = expr.kids[:1]
        elif expr.kind is K.CALL:
            targets = tuple(k.kids[0] for k in expr.kids if k.kind is K.ADDRESS and k.kids)
        for target in targets:
            if (named := _part_of(target)) is not None:
                found.setdefault(named[0], {})[named[1]] = expr.line
    return found


def _clears_whole(function: FunctionFacts) -> bool:
    return any(e.kind is K.CALL and e.text in ("memset", "kzalloc") for e in function.expressions())


def _read_elsewhere(
    part: str, function: FunctionFacts, file: FileFacts
) -> dict[str, tuple[str, int]]:
    """Members of the part that a function compares or counts before it assigns to them."""
    found: dict[str, tuple[str, int]] = {}
    for other in file.functions:
        if other is function:
            continue
        written: set[str] = set()
        for expr in other.expressions():
            if expr.kind is K.ASSIGN and expr.text == "=" and (t := _part_of(expr.kids[0])):
                written.add(t[1])
            for kid in expr.kids if expr.kind in (K.BINARY, K.UPDATE) else ():
                named = _part_of(kid)
                if named is not None and named[0] == part and named[1] not in written:
                    found.setdefault(named[1], (other.name, expr.line))
    return found
