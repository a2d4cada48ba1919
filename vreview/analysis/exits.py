# SPDX-License-Identifier: GPL-2.0-or-later
"""How a function is left: each return as failure or success, with what is held there and what the
other returns have given back. For checks that compare exits; no control flow is walked twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from vreview.analysis.custody import Custody, Elsewhere
from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.graph import Graph, Op, Way
from vreview.analysis.held import settled
from vreview.analysis.pairing import custody_of
from vreview.analysis.state import (
    JUMPED,
    NOT_ZERO,
    Failure,
    Handed,
    Resource,
    State,
    Undone,
    V,
    below,
)

if TYPE_CHECKING:
    from vreview.analysis.facts import FunctionFacts

Leaving: TypeAlias = Literal["error", "success", "call", "unknown", "end"]
_NOT_OVER = frozenset({"EINPROGRESS", "EIOCBQUEUED", "EALREADY"})
"""Errors by which nothing has ended."""
_FREE_NOTE = re.compile(rb"\b(\w+)\s+__free\s*\(")


@dataclass(frozen=True, slots=True, eq=False)
class Exit:
    """One return on one path. ``how``: with an error, with success, with the result of the call in
    the ``return`` itself, not known, or at the end of a void function."""

    moment: Moment
    how: Leaving

    @property
    def state(self) -> State:
        return self.moment.state

    @property
    def line(self) -> int:
        return self.moment.line

    @property
    def failed(self) -> Failure | None:
        """The last test on the way here that found a failure."""
        state = self.state
        return state.failed or (state.fled.failed if state.fled is not None else None)

    def given(self, resource: Resource) -> frozenset[Handed]:
        """To whom the resource was handed for good: who failed has not got it."""
        return settled(resource.gone, self.failed)


@dataclass(frozen=True, slots=True)
class Ways:
    """How many ways out give a thing back, and how many error returns leave it; a way begins at its
    goto. ``success``: one that gives it back is no error."""

    undoing: int
    leaving: int
    success: bool


@dataclass(frozen=True, slots=True, eq=False)
class Exits:
    """All exits of a function. ``undone``: what was given back on any way out, by what it was.
    ``optional``: conditions (by identity) that lead around a call that gives something back, with
    the outcome that does, and the call."""

    every: tuple[Exit, ...]
    undone: dict[tuple[str, str, int], tuple[Undone, ...]]
    optional: dict[int, tuple[tuple[bool, Expr], ...]]
    custody: Custody

    def lost(self, *how: Leaving) -> Iterator[tuple[Exit, Resource]]:
        """What is held at the exits of these kinds, once for each line that acquired it."""
        seen: set[tuple[str, str, int, int]] = set()
        for exit_ in self.every:
            if exit_.how not in how or exit_.state.blind:
                continue
            for resource in exit_.state.held.values():
                key = (resource.pair, resource.key, resource.line, exit_.line)
                if key in seen or "[" in resource.key or self._left_out(exit_, resource):
                    continue
                if contradicts(exit_.state):
                    break
                seen.add(key)
                yield exit_, resource

    def sibling(self, exit_: Exit, resource: Resource) -> Undone | None:
        """Another exit gives it back, though it had been handed on no less than here. What a loop
        gives back before it takes it anew was the old one."""
        given = exit_.given(resource)
        for undone in self.undone.get((resource.pair, resource.key, resource.line), ()):
            again = not resource.local and undone.line < resource.line
            if given <= undone.gone and not again:
                return undone
        return None

    def ways(self, resource: Resource) -> Ways:
        """What the ways out make of it."""
        undoing: set[int] = set()
        leaving: set[int] = set()
        success = False
        for exit_ in self.every:
            state = exit_.state
            begins = state.fled.line if state.fled is not None else exit_.line
            if any((u.key, u.acquired) == (resource.key, resource.line) for u in state.undone):
                success = success or exit_.how != "error"
                undoing.add(begins)
            elif exit_.how == "error" and any(
                (r.key, r.line) == (resource.key, resource.line) for r in state.held.values()
            ):
                leaving.add(begins)
        return Ways(len(undoing), len(leaving), success)

    def elsewhere(self, resource: Resource) -> Elsewhere | None:
        """The function that takes back the whole of this one gives it back."""
        releases = self.custody.undoing(resource)
        names = {last_field(name) for name in (resource.key, *resource.also)}
        for other in self.custody.elsewhere:
            keys = {last_field(key) for key in other.step.keys if key}
            if other.step.call in releases and (not names.isdisjoint(keys) or not keys):
                return other
        return None

    def _left_out(self, exit_: Exit, resource: Resource) -> bool:
        """The path went around a conditional release of it: the condition may say why."""
        if not self.optional:
            return False
        releases = self.custody.undoing(resource)
        at = exit_.state.trace
        while at is not None:
            before, line, words, expr = at
            if line == resource.line and "is acquired by" in words:
                return False
            for truth, call in self.optional.get(id(expr), ()) if expr is not None else ():
                if words.endswith("true" if truth else "false") and call.text in releases:
                    names = {self.custody.named(kid) for kid in call.kids}
                    if resource.key in names or any(below(n, resource.key) for n in names if n):
                        return True
                    if not names.isdisjoint(resource.also):
                        return True
            at = before
        return False


def exits_of(function: FunctionFacts) -> Exits:
    """The exits of the function; none where its paths were given up."""
    pointer = "*" in function.function.result
    truth = "bool" in function.function.result.split()
    every = tuple(
        Exit(moment, _how(moment, pointer=pointer, truth=truth))
        for moment in function.flow.returns()
    )
    undone: dict[tuple[str, str, int], dict[Undone, None]] = {}
    for exit_ in every:
        for done in exit_.state.undone:
            undone.setdefault((done.pair, done.key, done.acquired), {})[done] = None
    custody = custody_of(function.graph, function.knowledge, function.world)
    return Exits(
        every,
        {key: tuple(found) for key, found in undone.items()},
        _optional(function.graph),
        custody,
    )


def _how(moment: Moment, *, pointer: bool, truth: bool) -> Leaving:
    value, state = moment.value, moment.state
    if moment.expr is None:
        return "error" if state.fell == JUMPED else "end"
    if value is None:
        return "error" if state.fell == JUMPED else "unknown"
    if value.kind is V.NEG_ERRNO and value.name in _NOT_OVER:
        return "unknown"
    if (pointer or truth) and value.kind in (V.NONZERO, V.OK_PTR, V.POSITIVE):
        return "success"
    if value.kind is V.NONZERO and not value.name and not pointer:
        return "unknown"  # a number that somebody asked for: perhaps a count
    if value.kind in NOT_ZERO and value.kind is not V.POSITIVE:
        return "error"
    if value.kind is V.ZERO and (pointer or truth):
        return "error"
    if value.kind is V.RESULT:
        return "call" if moment.expr.kind is K.CALL else "unknown"
    return "success"


def contradicts(state: State) -> bool:
    """The path tested a member both ways, or found it equal to two constants: what was in between
    did rarely change it."""
    found: dict[str, bool] = {}
    equal: dict[str, str] = {}
    at = state.trace
    while at is not None:
        before, _, words, expr = at
        truth = words.endswith("true")
        if expr is not None and expr.kind is K.MEMBER:
            if found.setdefault(expr.key, truth) is not truth:
                return True
        elif expr is not None and expr.kind is K.BINARY and len(expr.kids) == 2:
            key, constant = expr.kids[0].key, _constant(expr.kids[1])
            same = expr.text == ("==" if truth else "!=") and expr.kids[0].kind is K.MEMBER
            if same and constant and equal.setdefault(key, constant) != constant:
                return True
        at = before
    return False


def _constant(expr: Expr) -> str:
    """The text of a number or of a name as constants have; else ''."""
    if expr.kind is K.NUMBER or (expr.kind is K.NAME and expr.text.isupper()):
        return expr.text
    return ""


def _optional(graph: Graph) -> dict[int, tuple[tuple[bool, Expr], ...]]:
    """Branches whose one side gives something back before it joins the other side."""
    found: dict[int, tuple[tuple[bool, Expr], ...]] = {}
    for node in graph.nodes:
        if node.op is not Op.BRANCH or node.expr is None or len(node.arcs) != 2:
            continue
        for arc, other in (node.arcs, node.arcs[::-1]):
            calls = _calls_before(graph, arc.target, _reached(graph, other.target))
            around = other.way is Way.TRUE
            if calls:
                skipped = tuple((around, call) for call in calls)
                found[id(node.expr)] = (*found.get(id(node.expr), ()), *skipped)
    return found


def _reached(graph: Graph, start: int) -> set[int]:
    seen: set[int] = set()
    todo = [start]
    while todo:
        index = todo.pop()
        if index not in seen:
            seen.add(index)
            todo.extend(arc.target for arc in graph.nodes[index].arcs)
    return seen


def _calls_before(graph: Graph, start: int, joins: set[int]) -> list[Expr]:
    """The calls of a block that ends where the other side is or comes; none if it leaves
    otherwise."""
    calls: list[Expr] = []
    seen: set[int] = set()
    todo = [start]
    while todo:
        index = todo.pop()
        if index in joins or index in seen:
            continue
        node = graph.nodes[index]
        seen.add(index)
        loop = node.op is Op.ITERATE or (node.op is Op.LABEL and node.type == "loop")
        if not (loop or node.op in (Op.EVAL, Op.DECLARE, Op.BRANCH)) or len(seen) > 14:
            return []
        if node.expr is not None and node.expr.kind is K.CALL:
            calls.append(node.expr)
        todo.extend(arc.target for arc in node.arcs)
    return calls


def in_a_macro(name: str, lines: tuple[bytes, ...]) -> bool:
    """A macro of the file has the variable in it: it is used where its name is not seen."""
    word = re.compile(rb"^\s*#\s*define\b.*\b" + re.escape(name.encode()) + rb"\b")
    return any(map(word.search, lines))


def freed_at_scope_end(function: FunctionFacts, lines: tuple[bytes, ...]) -> frozenset[str]:
    """Variables declared with ``__free()``, and what is assigned to them."""
    span = b"\n".join(lines[function.function.first - 1 : function.function.last])
    names = {name.decode("ascii", "replace") for name in _FREE_NOTE.findall(span)}
    if not names:
        return frozenset()
    kept = {
        expr.kids[1].key
        for expr in function.expressions()
        if expr.kind is K.ASSIGN and len(expr.kids) == 2 and expr.kids[0].key in names
    }
    return frozenset(names | kept - {""})
