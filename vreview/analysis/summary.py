# SPDX-License-Identifier: GPL-2.0-or-later
"""What one function does to the world, in a few facts, and which functions are callbacks.

Made from one walk over a function's graph, without paths; the closure over calls is ``World``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from vreview.analysis.endings import Endings
from vreview.analysis.expr import Expr, K, is_nought, last_field, object_key, walk
from vreview.analysis.fate import kept_and_released, kinds_given
from vreview.analysis.graph import Graph, Op
from vreview.analysis.knowledge import Context, Knowledge, Registration
from vreview.analysis.syntax import SlotUse
from vreview.analysis.verbs import ends

_ASKS_CONTEXT = re.compile(
    r"^(in_atomic|in_interrupt|irqs_disabled|in_irq|in_task|oops_in_progress)$|can_sleep|may_sleep|atomic_ctx|[Nn]o_?[Ss]leep"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """``call(...)`` at ``line``; ``family`` and ``field`` as the kind of fact needs them."""

    line: int
    call: str
    family: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Undoing:
    """A call whose name says that it undoes something, and the keys of its arguments."""

    call: str
    keys: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """Facts of one function, its callees not included. ``asks_context``: it looks where it runs
    before it acts. ``keeps``: parameters (by position) that it stores, returns, releases or hands
    on, ``releases``: those that some path of it gives back. ``gives``: what kinds of constant it
    may return (``null``, ``zero``, ``err_ptr``, ``positive``)."""

    name: str
    path: str
    first: int
    parameters: tuple[str, ...]
    calls: tuple[Fact, ...] = ()
    takes: tuple[Fact, ...] = ()
    drops: tuple[Fact, ...] = ()
    sleeps: tuple[Fact, ...] = ()
    waits: tuple[Fact, ...] = ()
    counts: tuple[Fact, ...] = ()
    errnos: frozenset[str] = frozenset()
    minus_one: bool = False
    forwards: frozenset[str] = frozenset()
    asks_context: bool = False
    keeps: frozenset[int] = frozenset()
    releases: frozenset[int] = frozenset()
    gives: frozenset[str] = frozenset()
    result: str = ""
    undoing: tuple[Undoing, ...] = ()


@dataclass(frozen=True, slots=True)
class Callback:
    """``function`` is called by the kernel: as what, and whether it may sleep there.

    ``field`` is the last member of the object that it was registered with, '' for any.
    """

    function: str
    kind: str
    context: Context
    field: str
    how: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class FileSummary:
    """The functions and callbacks of one file, for the analysis of another one."""

    path: str
    functions: tuple[FunctionSummary, ...] = ()
    callbacks: tuple[Callback, ...] = ()

    def names(self) -> Iterable[str]:
        """The names of its functions."""
        return (function.name for function in self.functions)

    def function(self, name: str) -> FunctionSummary | None:
        """The first function of that name."""
        return next((function for function in self.functions if function.name == name), None)


def told_not_to_sleep(call: Expr) -> bool:
    """A poll whose pause between two looks is 0: it spins."""
    return call.text.endswith("poll_timeout") and any(map(is_nought, call.kids[3:5]))


def summarise_function(
    name: str,
    graph: Graph,
    *,
    path: str,
    first: int,
    parameters: tuple[str, ...],
    knowledge: Knowledge,
    result: str = "",
) -> FunctionSummary:
    """One walk over all expressions of the graph."""
    calls: list[Fact] = []
    takes: list[Fact] = []
    drops: list[Fact] = []
    sleeps: list[Fact] = []
    waits: list[Fact] = []
    counts: list[Fact] = []
    expressions = list(_expressions(graph))
    stored: list[Expr] = []
    names: set[str] = set()
    for expr in expressions:
        if expr.kind is K.NAME:
            names.add(expr.text)
        elif expr.kind is K.ASSIGN:
            stored.append(expr)
        if expr.kind is not K.CALL:
            continue
        names.add(expr.text)
        line, call = expr.line, expr.text
        if call.isidentifier():
            calls.append(Fact(line, call))
        lock = knowledge.takes.get(call)
        if lock is not None and lock.success != "nonzero":
            takes.append(Fact(line, call, lock.family, last_field(lock_key(expr, lock.arg))))
        if lock is not None and lock.sleeps:
            sleeps.append(Fact(line, call))
        drop = knowledge.drops.get(call)
        if drop is not None:
            drops.append(Fact(line, call, drop.family, last_field(lock_key(expr, drop.arg))))
        waiter = knowledge.waiters.get(call)
        if waiter is not None:
            waits.append(Fact(line, call, waiter.kind, waited_field(expr, waiter.object)))
        if (call in knowledge.sleepers and not told_not_to_sleep(expr)) or any(
            arg.kind is K.NAME and arg.text in knowledge.sleeping_flags for arg in expr.kids
        ):
            sleeps.append(Fact(line, call))
        if call in knowledge.count_acquires:
            counts.append(Fact(line, call))
    given = _given(graph, stored)
    errnos, minus_one, forwards = _results(given, knowledge)
    keeps, releases = kept_and_released(expressions, given, parameters, knowledge)
    return FunctionSummary(
        name=name,
        path=path,
        first=first,
        parameters=parameters,
        calls=tuple(calls),
        takes=tuple(takes),
        drops=tuple(drops),
        sleeps=tuple(sleeps),
        waits=tuple(waits),
        counts=tuple(counts),
        errnos=errnos,
        minus_one=minus_one,
        forwards=forwards,
        asks_context=any(map(_ASKS_CONTEXT.search, names)),
        keeps=keeps,
        releases=releases,
        gives=kinds_given(given),
        result=result,
        undoing=tuple(
            Undoing(expr.text, tuple(object_key(kid) for kid in expr.kids), expr.line)
            for expr in expressions
            if expr.kind is K.CALL and expr.text.isidentifier() and ends(expr.text)
        ),
    )


def lock_key(call: Expr, arg: int) -> str:
    """The canonical text of the lock that a call names; the family has to do where it has none."""
    return object_key(call.kids[arg]) if 0 <= arg < len(call.kids) else ""


def waited_field(call: Expr, arg: int) -> str:
    """The last member of what a waiter waits for; '' where any will do."""
    if not 0 <= arg < len(call.kids):
        return ""
    key = object_key(call.kids[arg])
    if key.endswith(("->work", "->timer")) and "->" in key[: key.rfind("->")]:
        # &x->poll_work.work: a delayed work's inner work.
        outer = key[: key.rfind("->")]
        return last_field(outer)
    return last_field(key)


def _expressions(graph: Graph) -> Iterator[Expr]:
    for node in graph.nodes:
        if node.expr is not None:
            yield from walk(node.expr)


def _given(graph: Graph, stored: Sequence[Expr]) -> list[Expr]:
    """What may be returned: flow-blind, everything that is assigned to a returned name.
    ``stored``: the assignments."""
    returned: set[str] = set()
    given: list[Expr] = []
    for node in graph.nodes:
        if node.op is Op.RETURN and node.expr is not None:
            if node.expr.kind is K.NAME:
                returned.add(node.expr.text)
            given.append(node.expr)
    given.extend(
        node.expr
        for node in graph.nodes
        if node.op is Op.DECLARE and node.name in returned and node.expr is not None
    )
    given.extend(
        e.kids[1]
        for e in stored
        if len(e.kids) == 2 and e.kids[0].text in returned and e.kids[0].kind is K.NAME
    )
    return given


def _results(
    returned: Sequence[Expr], knowledge: Knowledge
) -> tuple[frozenset[str], bool, frozenset[str]]:
    """Which constants and whose results may be returned."""
    errnos: set[str] = set()
    forwards: set[str] = set()
    minus_one = False
    given = list(returned)
    while given:
        expr = given.pop()
        if expr.kind is K.CHOICE or (expr.kind is K.CALL and expr.text in ("ERR_PTR", "PTR_ERR")):
            given.extend(expr.kids)
        elif expr.kind is K.UNARY and expr.text == "-" and expr.kids:
            errnos |= {expr.kids[0].text} & knowledge.errnos
            minus_one = minus_one or expr.kids[0].text == "1"
        elif expr.kind is K.CALL:
            forwards.add(expr.text)
    return frozenset(errnos), minus_one, frozenset(forwards)


def find_callbacks(
    uses: Sequence[SlotUse],
    graphs: Mapping[str, Graph],
    *,
    path: str,
    knowledge: Knowledge,
) -> Iterator[Callback]:
    """Functions handed over in operations structures and by registering calls."""
    by_member = {slot.member: slot for slot in knowledge.slots.values() if slot.assigned}
    for use in uses:
        slot = knowledge.slots.get((use.struct, use.member))
        if slot is None and not use.struct:
            slot = by_member.get(use.member)
        if slot is not None and use.function.isidentifier():
            how = f"`.{use.member}` of struct {slot.struct}"
            yield Callback(use.function, slot.kind, slot.context, "", how, path, use.line)
    for graph in graphs.values():
        for expr in _expressions(graph):
            for entry in knowledge.registrations.get(expr.text, ()):
                if expr.kind is K.CALL:
                    yield from _registered(expr, entry, path)


def _registered(call: Expr, entry: Registration, path: str) -> Iterator[Callback]:
    if max(entry.callback, entry.object) >= len(call.kids):
        return
    target = call.kids[entry.callback]
    if target.kind is K.ADDRESS and target.kids:
        target = target.kids[0]
    if target.kind is not K.NAME or target.text == "NULL":
        return
    field = last_field(object_key(call.kids[entry.object]))
    if entry.object == entry.callback or entry.kind in ("irq", "irq thread"):
        field = ""
    yield Callback(target.text, entry.kind, entry.context, field, f"{call.text}()", path, call.line)


@dataclass(frozen=True, slots=True)
class Found:
    """A fact below a function: the chain of functions from the first one to where it stands."""

    chain: tuple[FunctionSummary, ...]
    fact: Fact


class Library(Protocol):
    """The functions of files that are not in view, asked by name."""

    def function(self, name: str) -> FunctionSummary | None:
        """The function, its file's static helpers included; None when it is not known."""
        ...

    def callbacks(self, name: str) -> tuple[Callback, ...]:
        """Where the function is handed over to be called."""
        ...


class Beside(Protocol):
    """Another file in view."""

    @property
    def path(self) -> str: ...
    @property
    def callbacks(self) -> tuple[Callback, ...]: ...

    def names(self) -> Iterable[str]:
        """What ``function`` may be asked for."""
        ...

    def function(self, name: str) -> FunctionSummary | None:
        """None where nothing is known of it."""
        ...


class Functions:
    """The functions in view by name; another file is asked for one when somebody wants it."""

    def __init__(self, own: FileSummary, others: Sequence[Beside]) -> None:
        self._known: dict[str, FunctionSummary] = {}
        for function in own.functions:
            self._known.setdefault(function.name, function)
        self.own = tuple(self._known.values())
        """Those of the file itself."""
        self._open: dict[str, list[Beside]] = {}
        for other in others:
            for name in other.names():
                if name not in self._known:
                    self._open.setdefault(name, []).append(other)

    def get(self, name: str) -> FunctionSummary | None:
        """The function of that name, the file's own before those of the others."""
        if name in self._open:
            self._settle(name)
        return self._known.get(name)

    def values(self) -> Iterable[FunctionSummary]:
        """All of them, the file's own first."""
        for name in tuple(self._open):
            self._settle(name)
        return self._known.values()

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __getitem__(self, name: str) -> FunctionSummary:
        if name in self._open:
            self._settle(name)
        return self._known[name]

    def _settle(self, name: str) -> None:
        found = (other.function(name) for other in self._open.pop(name))
        first = next(filter(None, found), None)
        if first is not None:
            self._known[name] = first


class World:
    """All functions and callbacks in view, this file's before those of the other files; of what
    is not in view, ``library`` knows single functions."""

    def __init__(
        self, own: FileSummary, others: Sequence[Beside], library: Library | None = None
    ) -> None:
        self.library = library
        self.functions = Functions(own, others)
        self.callbacks = (*own.callbacks, *(c for other in others for c in other.callbacks))
        self.callback_names = frozenset(c.function for c in self.callbacks)
        self.endings: Endings | None = None
        self.backpointers: Callable[[], Mapping[str, str]] = dict
        """As ``kin.backpointers``; worked out when somebody asks."""
        self._drops: dict[str, frozenset[str]] = {}
        self._takes: dict[str, frozenset[str]] = {}
        self._calls: dict[str, frozenset[str]] = {}

    def function(self, name: str) -> FunctionSummary | None:
        """A function in view, else what the library knows of it."""
        known = self.functions.get(name)
        if known is None and self.library is not None:
            return self.library.function(name)
        return known

    def may_give(self, name: str, *, deepest: int = 4) -> frozenset[str]:
        """What kinds of constant ``name`` may give back (as ``FunctionSummary.gives``), those of
        functions whose result it hands on included; ``unknown`` where one of them is not known."""
        kinds: set[str] = set()
        todo, seen = [(name, 0)], {name}
        while todo:
            at, depth = todo.pop()
            function = self.function(at)
            if function is None or depth > deepest:
                kinds.add("unknown")
                continue
            kinds |= function.gives
            todo += [(callee, depth + 1) for callee in sorted(function.forwards - seen)]
            seen |= function.forwards
        return frozenset(kinds - {"call"})

    def find(
        self, name: str, facts: Callable[[FunctionSummary], Sequence[Fact]], *, deepest: int = 6
    ) -> Found | None:
        """The nearest fact in ``name`` or below it."""
        start = self.functions.get(name)
        if start is None:
            return None
        queue: deque[tuple[FunctionSummary, ...]] = deque([(start,)])
        seen = {name}
        while queue:
            chain = queue.popleft()
            for fact in facts(chain[-1]):
                return Found(chain, fact)
            if len(chain) >= deepest:
                continue
            for call in chain[-1].calls:
                callee = self.functions.get(call.call)
                if callee is not None and call.call not in seen:
                    seen.add(call.call)
                    queue.append((*chain, callee))
        return None

    def drops_below(self, name: str) -> frozenset[str]:
        """The last members of all locks that ``name`` or a callee of it drops."""
        if name not in self._drops:
            fields: set[str] = set()
            seen, todo = {name}, [name]
            while todo:
                function = self.functions.get(todo.pop())
                if function is None:
                    continue
                fields.update(fact.field for fact in function.drops)
                for call in function.calls:
                    if call.call not in seen:
                        seen.add(call.call)
                        todo.append(call.call)
            self._drops[name] = frozenset(fields)
        return self._drops[name]

    def takes_below(self, name: str) -> frozenset[str]:
        """The last members of all locks that ``name`` or a callee of it may take."""
        if name not in self._takes:
            fields: set[str] = set()
            for below in (name, *self.calls_below(name)):
                function = self.functions.get(below)
                if function is not None:
                    fields.update(fact.field for fact in function.takes)
            self._takes[name] = frozenset(fields)
        return self._takes[name]

    def calls_below(self, name: str) -> frozenset[str]:
        """Every call that ``name`` or a callee of it in view makes; empty if it is not in view."""
        if name not in self.functions:
            return frozenset()
        if name not in self._calls:
            found: set[str] = set()
            todo = [name]
            while todo:
                function = self.functions.get(todo.pop())
                fresh = {c.call for c in function.calls} - found if function is not None else set()
                found |= fresh
                todo.extend(fresh)
            self._calls[name] = frozenset(found)
        return self._calls[name]

    def errnos_of(self, name: str) -> frozenset[str]:
        """Every -E that ``name`` gives back, itself or from a callee that it forwards."""
        found: set[str] = set()
        seen, todo = {name}, [name]
        while todo:
            function = self.functions.get(todo.pop())
            if function is None:
                continue
            found |= function.errnos
            todo.extend(function.forwards - seen)
            seen |= function.forwards
        return frozenset(found)
