# SPDX-License-Identifier: GPL-2.0-or-later
"""A file after the first pass: functions, their graphs and summaries; no paths yet.

What is read once serves both the file's own analysis and that of the files beside it, which ask
for single functions: a graph is built when somebody wants it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from vreview.analysis.excerpt import Chunk, laid_out, stitch
from vreview.analysis.expr import TooDeep
from vreview.analysis.graph import Graph, build
from vreview.analysis.hit import FunctionSpan
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.mask import Masked, mask
from vreview.analysis.summary import (
    Callback,
    FileSummary,
    FunctionSummary,
    find_callbacks,
    summarise_function,
)
from vreview.analysis.syntax import Function, SlotUse, functions_of, parse, slot_uses

MOST_BYTES = 8_000_000
_WORD = re.compile(rb"\w+")
_Entry = tuple[Function, Graph, FunctionSummary]


@dataclass(eq=False)
class Reading:
    """``shown``: lines and masked text of what is visible, where ``text`` was stitched together.
    ``defined``: every definition in the order of the text, understood or not."""

    text: bytes
    path: str
    masked: Masked
    knowledge: Knowledge
    defined: tuple[Function, ...] = ()
    shown: tuple[tuple[bytes, ...], bytes] | None = None
    _read: dict[int, _Entry | None] = field(default_factory=dict)

    @cached_property
    def spans(self) -> tuple[FunctionSpan, ...]:
        """Where each definition lies."""
        return tuple(FunctionSpan(one.name, one.first, one.last) for one in self.defined)

    @cached_property
    def functions(self) -> dict[str, _Entry]:
        """The functions that were understood; of several with one name the first."""
        found: dict[str, _Entry] = {}
        for number, one in enumerate(self.defined):
            entry = self._entry(number)
            if entry is not None:
                found.setdefault(one.name, entry)
        return found

    @cached_property
    def not_understood(self) -> tuple[tuple[str, str], ...]:
        """Function and reason, for those of which nothing is known."""
        return tuple(
            (one.name, one.trouble or "nested too deep")
            for number, one in enumerate(self.defined)
            if self._entry(number) is None
        )

    @cached_property
    def uses(self) -> tuple[SlotUse, ...]:
        """What is stored into members of structures."""
        return tuple(slot_uses(self.masked.text))

    @cached_property
    def summary(self) -> FileSummary:
        """The whole file's."""
        summaries = tuple(summary for _, _, summary in self.functions.values())
        return FileSummary(self.path, summaries, self.callbacks)

    @cached_property
    def callbacks(self) -> tuple[Callback, ...]:
        """What the file hands over to be called."""
        graphs: dict[str, Graph] = {}
        for number, one in enumerate(self.defined):
            entry = self._entry(number) if self._may_register(one) else None
            if entry is None or entry is not self._first(one.name):
                continue
            _, graph, summary = entry
            if any(fact.call in self.knowledge.registrations for fact in summary.calls):
                graphs[one.name] = graph
        found = find_callbacks(self.uses, graphs, path=self.path, knowledge=self.knowledge)
        return tuple(found)

    def names(self) -> Iterable[str]:
        """The names of all definitions."""
        return self._numbers

    def function(self, name: str) -> FunctionSummary | None:
        """The function of that name, None where there is none that was understood."""
        entry = self._first(name)
        return entry[2] if entry is not None else None

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = {}
        for number, one in enumerate(self.defined):
            numbers.setdefault(one.name, []).append(number)
        return numbers

    def _first(self, name: str) -> _Entry | None:
        return next(filter(None, map(self._entry, self._numbers.get(name, ()))), None)

    def _may_register(self, function: Function) -> bool:
        body = self.masked.text[function.body.start_byte : function.body.end_byte]
        words = set(_WORD.findall(body))
        return any(call.encode() in words for call in self.knowledge.registrations)

    def _entry(self, number: int) -> _Entry | None:
        if number not in self._read:
            self._read[number] = self._understood(self.defined[number])
        return self._read[number]

    def _understood(self, function: Function) -> _Entry | None:
        if function.trouble:
            return None
        try:
            graph = build(function, self.masked.iterators, self.knowledge)
        except TooDeep:
            return None
        summary = summarise_function(
            function.name,
            graph,
            path=self.path,
            first=function.first,
            parameters=function.parameters,
            knowledge=self.knowledge,
            result=function.result,
        )
        return function, graph, summary


def read_excerpt(chunks: Sequence[Chunk], path: str, knowledge: Knowledge) -> Reading:
    """The visible part of a file; lines are those of the whole file."""
    reading = read_file(stitch(chunks), path, knowledge)
    reading.shown = laid_out(chunks)
    return reading


def read_file(text: bytes, path: str, knowledge: Knowledge, *, last_arms: bool = False) -> Reading:
    """A whole file; ``last_arms`` as in ``mask``. Never raises for any text."""
    masked = mask(text[:MOST_BYTES], last_arms=last_arms)
    return Reading(text, path, masked, knowledge, tuple(functions_of(parse(masked))))
