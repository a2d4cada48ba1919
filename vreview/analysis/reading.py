# SPDX-License-Identifier: GPL-2.0-or-later
"""A file after the first pass: functions, their graphs and summaries; no paths yet.

What is read once serves both the file's own analysis and that of the files beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vreview.analysis.excerpt import Chunk, laid_out, stitch
from vreview.analysis.expr import TooDeep
from vreview.analysis.graph import Graph, build
from vreview.analysis.hit import FunctionSpan
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.mask import Masked, mask
from vreview.analysis.summary import (
    FileSummary,
    FunctionSummary,
    find_callbacks,
    summarise_function,
)
from vreview.analysis.syntax import Function, SlotUse, functions_of, parse, slot_uses

MOST_BYTES = 8_000_000


@dataclass(slots=True, eq=False)
class Reading:
    """``shown``: lines and masked text of what is visible, where ``text`` was stitched together.
    ``not_understood`` pairs a function with the reason for which nothing is known of it."""

    text: bytes
    path: str
    masked: Masked
    shown: tuple[tuple[bytes, ...], bytes] | None = None
    functions: dict[str, tuple[Function, Graph, FunctionSummary]] = field(default_factory=dict)
    spans: list[FunctionSpan] = field(default_factory=list)
    not_understood: list[tuple[str, str]] = field(default_factory=list)
    uses: tuple[SlotUse, ...] = ()
    summary: FileSummary = field(default_factory=lambda: FileSummary(""))


def read_excerpt(chunks: Sequence[Chunk], path: str, knowledge: Knowledge) -> Reading:
    """The visible part of a file; lines are those of the whole file."""
    reading = read_file(stitch(chunks), path, knowledge)
    reading.shown = laid_out(chunks)
    return reading


def read_file(text: bytes, path: str, knowledge: Knowledge, *, last_arms: bool = False) -> Reading:
    """A whole file; ``last_arms`` as in ``mask``. Never raises for any text."""
    masked = mask(text[:MOST_BYTES], last_arms=last_arms)
    read = Reading(text, path, masked, uses=tuple(slot_uses(masked.text)))
    for function in functions_of(parse(masked)):
        read.spans.append(FunctionSpan(function.name, function.first, function.last))
        if function.trouble:
            read.not_understood.append((function.name, function.trouble))
            continue
        try:
            graph = build(function, masked.iterators, knowledge)
        except TooDeep:
            read.not_understood.append((function.name, "nested too deep"))
            continue
        summary = summarise_function(
            function.name,
            graph,
            path=path,
            first=function.first,
            parameters=function.parameters,
            knowledge=knowledge,
            result=function.result,
        )
        read.functions.setdefault(function.name, (function, graph, summary))
    summaries = {name: entry[2] for name, entry in read.functions.items()}
    read.summary = FileSummary(
        path,
        tuple(summaries.values()),
        tuple(
            find_callbacks(
                read.uses,
                {
                    name: graph
                    for name, (_, graph, summary) in read.functions.items()
                    if any(fact.call in knowledge.registrations for fact in summary.calls)
                },
                path=path,
                knowledge=knowledge,
            )
        ),
    )
    return read
