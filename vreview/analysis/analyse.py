# SPDX-License-Identifier: GPL-2.0-or-later
"""The C reviewer's front door: the text of a file in, the hits of the checks out.

It knows no patches, opens no files, and runs nothing: whether a hit is new is decided above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from vreview.analysis.checks import CHECKS, FILE_CHECKS
from vreview.analysis.endings import Endings
from vreview.analysis.excerpt import Chunk, laid_out, stitch
from vreview.analysis.expr import TooDeep
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Graph, build
from vreview.analysis.hit import FileAnalysis, FunctionSpan, Hit
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.mask import Masked, mask
from vreview.analysis.summary import (
    FileSummary,
    FunctionSummary,
    World,
    find_callbacks,
    summarise_function,
)
from vreview.analysis.syntax import Function, functions_of, parse, slot_uses

MOST_BYTES = 8_000_000


@dataclass(slots=True)
class _Read:
    """A file after the first pass: graphs and summaries, no paths yet."""

    masked: Masked
    functions: dict[str, tuple[Function, Graph, FunctionSummary]] = field(default_factory=dict)
    spans: list[FunctionSpan] = field(default_factory=list)
    not_understood: list[tuple[str, str]] = field(default_factory=list)
    summary: FileSummary = field(default_factory=lambda: FileSummary(""))


def analyse(
    text: bytes,
    path: str,
    *,
    knowledge: Knowledge,
    rules: frozenset[str] | None = None,
    context: Sequence[FileSummary] = (),
    wanted: Callable[[FunctionSpan], bool] | None = None,
    callers: int = 0,
    shown: tuple[tuple[bytes, ...], bytes] | None = None,
) -> FileAnalysis:
    """All hits of the checks named in ``rules`` (``None``: every one) in the C text ``text``.

    ``context``: summaries of the series' other files, for callbacks and helpers that live there.
    ``wanted``: the functions to judge (``None``: every one), with so many levels of their
    ``callers`` in the file; the others are only read.
    ``shown``: lines and masked text of what is visible, where ``text`` was stitched together.
    Deterministic; never raises for any text.
    """
    read = _read(text, path, knowledge)
    world = World(read.summary, [other for other in context if other.path != path])
    understood = tuple(
        FunctionFacts(function, graph, summary, knowledge, world)
        for function, graph, summary in read.functions.values()
    )
    lines, masked = shown or (tuple(text.split(b"\n")), read.masked.text)
    world.endings = Endings(understood, knowledge)
    facts = FileFacts(
        path=path,
        knowledge=knowledge,
        world=world,
        functions=understood,
        comments=read.masked.comments,
        in_slots=_in_slots(read, world),
        lines=lines,
        masked=masked,
    )
    judged = _judged(understood, read, wanted, callers)
    hits = _hits(facts, judged, rules, text.count(b"\n") + 1)
    read.not_understood += [(f.name, f.flow.gave_up) for f in judged if f.flow.gave_up]
    return FileAnalysis(
        hits=hits,
        functions=tuple(read.spans),
        judged=frozenset(f.name for f in judged),
        not_understood=tuple(read.not_understood),
    )


def _judged(
    understood: Sequence[FunctionFacts],
    read: _Read,
    wanted: Callable[[FunctionSpan], bool] | None,
    callers: int,
) -> list[FunctionFacts]:
    """The wanted functions, and who may show what changed in them: their callers, and whoever
    waits for a callback."""
    if wanted is None:
        return list(understood)
    registered = [FunctionSpan(c.function, c.line, c.line) for c in read.summary.callbacks]
    names = {span.name for span in (*read.spans, *registered) if wanted(span)}
    for _ in range(callers):
        names |= {
            f.name for f in understood if not names.isdisjoint(c.call for c in f.summary.calls)
        }
    waiting = callers > 0 and bool(names)
    return [f for f in understood if f.name in names or (waiting and f.summary.waits)]


def _hits(
    facts: FileFacts,
    judged: Sequence[FunctionFacts],
    rules: frozenset[str] | None,
    last_line: int,
) -> tuple[Hit, ...]:
    found: dict[tuple[str, str, int, str], Hit] = {}
    for rule, check in CHECKS.items():
        if rules is not None and rule not in rules:
            continue
        for function in judged:
            for hit in check(function, facts):
                if 1 <= hit.line <= last_line:
                    found.setdefault((hit.rule, hit.function, hit.line, hit.subject), hit)
    for rule, check_file in FILE_CHECKS.items():
        for hit in check_file(facts) if rules is None or rule in rules else ():
            if 1 <= hit.line <= last_line:
                found.setdefault((hit.rule, hit.function, hit.line, hit.subject), hit)
    return tuple(sorted(found.values(), key=lambda hit: (hit.line, hit.rule, hit.subject)))


def _in_slots(read: _Read, world: World) -> frozenset[str]:
    uses = {use.function for use in slot_uses(read.masked.text)}
    return frozenset(uses & set(read.functions)) | world.callback_names


def _read(text: bytes, path: str, knowledge: Knowledge) -> _Read:
    masked = mask(text[:MOST_BYTES])
    read = _Read(masked)
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
                tuple(slot_uses(masked.text)),
                {name: entry[1] for name, entry in read.functions.items()},
                path=path,
                knowledge=knowledge,
            )
        ),
    )
    return read


def analyse_excerpt(
    chunks: Sequence[Chunk],
    path: str,
    *,
    knowledge: Knowledge,
    rules: frozenset[str] | None = None,
    context: Sequence[FileSummary] = (),
) -> FileAnalysis:
    """Like ``analyse`` for the visible part of a file; lines are those of the whole file."""
    return analyse(
        stitch(chunks),
        path,
        knowledge=knowledge,
        rules=rules,
        context=context,
        shown=laid_out(chunks),
    )


def summarise(text: bytes, path: str, *, knowledge: Knowledge) -> FileSummary:
    """What another file's analysis may want to know of this one."""
    return _read(text, path, knowledge).summary


def summarise_excerpt(chunks: Sequence[Chunk], path: str, *, knowledge: Knowledge) -> FileSummary:
    """Like ``summarise`` for the visible part of a file."""
    return summarise(stitch(chunks), path, knowledge=knowledge)
