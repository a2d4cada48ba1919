# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that a check may look at: one function's facts, and those of its file.

A check is a function from these two to hits; it keeps no state and walks no syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from vreview.analysis.callers import callers_test, reads_argument
from vreview.analysis.conventions import Conventions
from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.exits import Exits, exits_of
from vreview.analysis.expr import Expr, K, object_key, walk
from vreview.analysis.flow import Flow, run
from vreview.analysis.graph import Graph, Op
from vreview.analysis.hit import Hit
from vreview.analysis.knowledge import BulkPair, Knowledge
from vreview.analysis.mask import Comment
from vreview.analysis.state import BELOW_ZERO, V
from vreview.analysis.summary import Fact, FunctionSummary, World
from vreview.analysis.syntax import Function, slot_uses
from vreview.analysis.tested import Tested, tested_in
from vreview.analysis.types import types_of

_EXPORT = re.compile(rb"EXPORT_SYMBOL\w*\((\w+)")
_REFERS = re.compile(
    r"(^|_)(d?get|ref|i?grab|inc|tryget|get_unless_zero|inc_not_zero|get_not_zero)$|hold\w*$|^get_\w+$|_get_(device|dev|ref)$"
)
_NAMES_AN_ERRNO = re.compile(rb"\bE[A-Z0-9]{3,}\b")


@dataclass(frozen=True, eq=False)
class FunctionFacts:
    """One understood function; its paths are walked when somebody asks for them."""

    function: Function
    graph: Graph
    summary: FunctionSummary
    knowledge: Knowledge
    world: World

    @cached_property
    def flow(self) -> Flow:
        """Every path, see ``analysis.flow``."""
        last = self.function.last
        return run(self.graph, last_line=last, knowledge=self.knowledge, world=self.world)

    @cached_property
    def exits(self) -> Exits:
        """Every way out, see ``analysis.exits``."""
        return exits_of(self)

    @property
    def name(self) -> str:
        return self.function.name

    def expressions(self) -> Iterator[Expr]:
        """Every expression of the function, whatever path it is on."""
        return iter(self._expressions)

    @cached_property
    def _expressions(self) -> tuple[Expr, ...]:
        nodes = (node.expr for node in self.graph.nodes if node.expr is not None)
        return tuple(inner for expr in nodes for inner in walk(expr))

    @cached_property
    def plain(self) -> frozenset[str]:
        """Local variables that are declared as no pointers."""
        nodes = (n for n in self.graph.nodes if n.op is Op.DECLARE)
        return frozenset(n.name for n in nodes if "*" not in n.type and "[" not in n.type)

    @cached_property
    def types(self) -> Mapping[str, str]:
        """The declared types of parameters and locals, see ``analysis.types``."""
        return types_of(self.function, self.graph)

    @cached_property
    def tested(self) -> Tested:
        """Which lvalues the function tests, whatever path the test is on."""
        return tested_in(self.graph)

    @cached_property
    def referenced(self) -> frozenset[str]:
        """The objects to which the function itself takes references: one may outlive another."""
        return frozenset(
            key
            for expr in self._expressions
            if expr.kind is K.CALL and _REFERS.search(expr.text)
            for kid in expr.kids
            for key in whole_objects(kid)
        )

    def returns_number(self) -> bool:
        """The result is a signed number in which an errno fits."""
        words = set(self.function.result.replace("*", " * ").split())
        return not words & {"void", "bool", "*", "unsigned", "u8", "u16", "u32", "u64", "char"}


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """A caller tested the result of ``callee`` for ``< 0`` and returned an error of its own."""

    callee: str
    caller: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Acquired:
    """``call`` in ``function`` fills ``array`` with what ``pair`` gives back."""

    function: str
    array: str
    pair: BulkPair
    call: Expr


@dataclass(frozen=True, eq=False)
class FileFacts:
    """A file's functions in the order of the text, and the world that they live in."""

    path: str
    knowledge: Knowledge
    world: World
    functions: tuple[FunctionFacts, ...]
    comments: tuple[Comment, ...]
    in_slots: frozenset[str]
    lines: tuple[bytes, ...]
    """The text as it was given, line by line."""
    masked: bytes
    """The text that was parsed, same lines: no comments, directives, or insides of strings."""

    @cached_property
    def address_taken(self) -> frozenset[str]:
        """Functions that are handed to someone: their callers are not all in sight."""
        return self._named | self.in_slots

    @cached_property
    def ended_by_core(self) -> frozenset[str]:
        """Functions of the file that stand in a slot whose counterpart the core calls even when
        they fail."""
        if not self.knowledge.ended_by_core:
            return frozenset()
        uses = tuple(slot_uses(self.masked))
        ends = {(use.struct, use.member) for use in uses}
        return frozenset(
            use.function
            for use in uses
            if (use.struct, self.knowledge.ended_by_core.get((use.struct, use.member))) in ends
        )

    @cached_property
    def conventions(self) -> Conventions:
        """How callees that give pointers say that they failed."""
        return Conventions(self.functions, self.knowledge)

    def mapped(self, name: str) -> Mapped | None:
        """A caller in the file that replaces or hands on the errors of ``name``."""
        for caller in self.functions:
            if any(call.call == name for call in caller.summary.calls):
                for moment in caller.flow.moments:
                    if _given_on(moment) == name:
                        return Mapped(name, caller.name, moment.line)
        return None

    @cached_property
    def callers_test(self) -> Mapping[str, tuple[int, int]]:
        """For each callee, how many results are tested in the file, and how many are not."""
        return callers_test(self.functions)

    @cached_property
    def reads_argument(self) -> Mapping[str, tuple[int, ...]]:
        """For each function, the parameters that it goes through and never tests."""
        return reads_argument(self.functions)

    @cached_property
    def acquired(self) -> tuple[Acquired, ...]:
        """Every bulk acquire of the file."""
        return tuple(acquired_in_bulk(self.functions, self.knowledge))

    @cached_property
    def exported(self) -> frozenset[str]:
        """Functions that the file offers to modules."""
        found = filter(None, map(_EXPORT.match, self.lines))
        return frozenset(match.group(1).decode("ascii", "replace") for match in found)

    def sleeps_in(self, function: FunctionSummary) -> Sequence[Fact]:
        """What makes the function itself sleep, wherever it is called: nothing in one that asks
        where it runs, and no power management that the file declares safe in interrupts."""
        if function.asks_context:
            return ()
        if b"pm_runtime_irq_safe" not in self.masked:
            return function.sleeps
        return [fact for fact in function.sleeps if not fact.call.startswith("pm_runtime_")]

    def named(self, name: str) -> bool:
        """A function or a macro of the file mentions the function otherwise than to call it."""
        word = name.encode()
        macros = (line for line in self.lines if line.startswith(b"#") or line[-1:] == b"\\")
        return name in self._named or any(word in line for line in macros)

    @cached_property
    def _named(self) -> frozenset[str]:
        return addresses_taken(self.functions)

    @cached_property
    def by_name(self) -> Mapping[str, FunctionFacts]:
        """The understood functions."""
        return {facts.name: facts for facts in self.functions}

    def function_at(self, line: int) -> str:
        """The understood function that spans the line, or ''."""
        spans = (f.function for f in self.functions)
        return next((f.name for f in spans if f.first <= line <= f.last), "")

    @cached_property
    def is_test(self) -> bool:
        """A file of unit tests: they misuse things on purpose, and fail loudly."""
        return any(b"kunit_test_suite" in line for line in self.lines)

    def is_static(self, function: Function) -> bool:
        """``static`` stands before the name, on its line or one of the next two."""
        head = b" ".join(self.lines[max(0, function.first - 1) : function.first + 2])
        name = head.find(function.name.encode())
        return name > 0 and b"static" in head[:name]

    def comment_names_errno(self, first: int, last: int) -> bool:
        """Somebody explains an errno on these lines, so it is deliberate."""
        return self.comment_matches(_NAMES_AN_ERRNO, first, last)

    def comment_matches(self, words: re.Pattern[bytes], first: int, last: int) -> bool:
        """A comment that touches these lines says so."""
        return any(
            comment.last >= first and comment.first <= last and words.search(comment.text)
            for comment in self.comments
        )


def whole_objects(arg: Expr) -> Iterator[str]:
    """The objects that an argument names as a whole, or of which it gives a part's address."""
    if arg.kind in (K.NAME, K.MEMBER, K.INDEX) and arg.key:
        yield arg.key
    elif arg.kind is K.ADDRESS and arg.kids:
        inner = arg.kids[0]
        while inner.kind is K.MEMBER and not inner.arrow:
            inner = inner.kids[0]
        if inner.kind is K.MEMBER and inner.kids[0].key:
            yield inner.kids[0].key


Outcome: TypeAlias = Literal["error", "success", "unknown", "end"]


def outcome(moment: Moment) -> Outcome:
    """What a return says to the caller, as far as it is known; ``end`` of a void function."""
    value = moment.value
    if value is None:
        return "unknown" if moment.expr is not None else "end"
    if value.kind in BELOW_ZERO or value.kind in (V.NONZERO, V.ERR_PTR, V.POS_ERRNO):
        return "error"
    return "success" if value.kind is not V.RESULT else "unknown"


Check: TypeAlias = Callable[[FunctionFacts, FileFacts], Iterator[Hit]]
FileCheck: TypeAlias = Callable[[FileFacts], Iterator[Hit]]
"""A check of the text, run once a file, for what stands outside of functions too."""


def addresses_taken(functions: tuple[FunctionFacts, ...]) -> frozenset[str]:
    """Functions of the file that are handed to someone: their callers are not all in sight."""
    names = {facts.name for facts in functions}
    taken: set[str] = set()
    for facts in functions:
        for expr in facts.expressions():
            if expr.kind is K.NAME and expr.text in names:
                taken.add(expr.text)
    return frozenset(taken)


def _given_on(moment: Moment) -> str:
    value, failed = moment.value, moment.state.failed
    if moment.kind not in (Seen.ASSIGN, Seen.RETURN) or value is None:
        return ""
    if moment.kind is Seen.RETURN and value.kind is V.NEGATIVE:
        return value.name
    if failed is None or value.kind not in (V.NEG_ERRNO, V.MINUS_ONE):
        return ""
    tested = moment.state.values.get(failed.variable)
    return failed.callee if tested is not None and tested.kind is V.NEGATIVE else ""


def array_of(expr: Expr) -> str:
    """The array of ``pages``, ``&pages[i]``, ``pages + i``, ``pages[i]``."""
    while expr.kind in (K.ADDRESS, K.INDEX, K.DEREF, K.BINARY) and expr.kids:
        expr = expr.kids[0]
    return object_key(expr)


def acquired_in_bulk(
    functions: tuple[FunctionFacts, ...], knowledge: Knowledge
) -> Iterator[Acquired]:
    """Every bulk acquire of the file."""
    known = {name for pair in knowledge.bulk_pairs for name in pair.acquire}
    for facts in functions:
        if known.isdisjoint(fact.call for fact in facts.summary.calls):
            continue
        for expr in facts.expressions():
            for pair in knowledge.bulk_pairs if expr.kind is K.CALL else ():
                position = pair.acquire.get(expr.text)
                if position is not None and position < len(expr.kids):
                    yield Acquired(facts.name, array_of(expr.kids[position]), pair, expr)
