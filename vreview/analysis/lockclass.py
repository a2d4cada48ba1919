# SPDX-License-Identifier: GPL-2.0-or-later
"""Which locks of two functions are the same: by the struct that they lie in and their member.

As lockdep's classes, told from what one file shows. Not the same object: the same kind of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.knowledge import LockCall
from vreview.analysis.summary import lock_key
from vreview.analysis.types import member_structs

_ROOT = re.compile(r"([A-Za-z_]\w*)(\(.*?\))?((?:\[[^\]]*\])*)(?:->(.+))?$")
_INDEX = re.compile(r"\[[^\]]*\]")
_STRUCT = re.compile(r"^(?:const )?struct (\w+)$")


@dataclass(frozen=True, slots=True)
class LockClass:
    """``path`` are the members that lead from ``owner`` (``struct x``, ``f()``) to the lock; a
    variable of the file has no owner."""

    owner: str
    path: str

    def __str__(self) -> str:
        return f"{self.owner}.{self.path.replace('->', '.')}" if self.owner else self.path


def class_of(key: str, function: FunctionFacts, file: FileFacts) -> LockClass | None:
    """The class of the lock that ``function`` calls ``key``; None where it cannot be told."""
    found = _ROOT.match(key)
    if found is None or not key:
        return None
    root, called, index, path = found.groups()
    path = _INDEX.sub("[]", path or "")
    if called is not None:
        return LockClass(f"{root}()", path) if path else None
    if root not in function.graph.locals and root not in function.function.parameters:
        return LockClass("", f"{root}{'[]' if index else ''}{'->' if path else ''}{path}")
    kind = " ".join(function.types.get(root, "").replace("*", " ").split())
    struct = _STRUCT.match(kind)
    if struct is None or not path:
        return None
    owner = struct.group(1)
    inner = member_structs(file.masked)
    while "->" in path:
        first, rest = path.split("->", 1)
        if (owner, first) not in inner:
            break
        owner, path = inner[owner, first], rest
    return LockClass(f"struct {owner}", path)


@dataclass(frozen=True, slots=True, eq=False)
class Taking:
    """``call`` takes a lock of class ``of``, waiting for it."""

    of: LockClass
    call: Expr
    how: LockCall


def takings(function: FunctionFacts, file: FileFacts) -> Iterator[Taking]:
    """Every lock that the function itself takes and waits for, on whatever path."""
    known = file.knowledge.takes
    if not function.summary.takes:
        return
    for expr in function.expressions():
        how = known.get(expr.text) if expr.kind is K.CALL else None
        if how is None or how.success == "nonzero" or "try" in expr.text:
            continue
        of = _of(expr, how, function, file)
        if of is not None:
            yield Taking(of, expr, how)


def _of(call: Expr, how: LockCall, function: FunctionFacts, file: FileFacts) -> LockClass | None:
    if how.arg < 0:
        return LockClass("", how.family)
    return class_of(lock_key(call, how.arg), function, file)


def drops_of(
    function: FunctionFacts, file: FileFacts
) -> Iterator[tuple[LockClass | None, str, int]]:
    """Every lock that the function itself drops: its class, its last member, and the line."""
    for expr in function.expressions():
        how = file.knowledge.drops.get(expr.text) if expr.kind is K.CALL else None
        if how is not None:
            yield _of(expr, how, function, file), last_field(lock_key(expr, how.arg)), expr.line
