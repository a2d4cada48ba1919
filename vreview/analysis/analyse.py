# SPDX-License-Identifier: GPL-2.0-or-later
"""The C reviewer's front door: the text of a file in, the hits of the checks out.

It knows no patches, opens no files, and runs nothing: whether a hit is new is decided above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from vreview.analysis.checks import CHECKS, FILE_CHECKS
from vreview.analysis.endings import Endings
from vreview.analysis.excerpt import Chunk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import FileAnalysis, FunctionSpan, Hit
from vreview.analysis.kin import backpointers
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.reading import Reading, read_excerpt, read_file
from vreview.analysis.summary import Beside, FileSummary, Library, World


def analyse(
    text: bytes,
    path: str,
    *,
    knowledge: Knowledge,
    rules: frozenset[str] | None = None,
    context: Sequence[Beside] = (),
    wanted: Callable[[FunctionSpan], bool] | None = None,
    callers: int = 0,
) -> FileAnalysis:
    """All hits of the checks named in ``rules`` (``None``: every one) in the C text ``text``; the
    other arguments as those of ``judge``."""
    return judge(
        read_file(text, path, knowledge),
        knowledge=knowledge,
        rules=rules,
        context=context,
        wanted=wanted,
        callers=callers,
    )


def analyse_excerpt(
    chunks: Sequence[Chunk],
    path: str,
    *,
    knowledge: Knowledge,
    rules: frozenset[str] | None = None,
    context: Sequence[Beside] = (),
) -> FileAnalysis:
    """Like ``analyse`` for the visible part of a file; lines are those of the whole file."""
    reading = read_excerpt(chunks, path, knowledge)
    return judge(reading, knowledge=knowledge, rules=rules, context=context)


def summarise(text: bytes, path: str, *, knowledge: Knowledge) -> FileSummary:
    """What another file's analysis may want to know of this one."""
    return read_file(text, path, knowledge).summary


def summarise_excerpt(chunks: Sequence[Chunk], path: str, *, knowledge: Knowledge) -> FileSummary:
    """Like ``summarise`` for the visible part of a file."""
    return read_excerpt(chunks, path, knowledge).summary


def judge(
    read: Reading,
    *,
    knowledge: Knowledge,
    rules: frozenset[str] | None = None,
    context: Sequence[Beside] = (),
    wanted: Callable[[FunctionSpan], bool] | None = None,
    callers: int = 0,
    library: Library | None = None,
    doubted: frozenset[str] | None = None,
) -> FileAnalysis:
    """All hits of the checks named in ``rules`` (``None``: every one) in a file that was read.

    ``context``: summaries of the series' other files, for callbacks and helpers that live there.
    ``library``: the tree's functions that lie elsewhere.
    ``wanted``: the functions to judge (``None``: every one), with so many levels of their
    ``callers`` in the file; the others are only read. Functions with an ``#else`` are judged once
    with the first arm of every conditional, and once with that one.
    ``doubted``: the functions (``None``: every one) whose paths are walked though no check asks
    for them, to say whether they are too many.
    Deterministic; never raises for any text.
    """
    analysis = _view(read, knowledge, rules, context, wanted, callers, library, doubted)
    arms = read.masked.unread
    behind = {
        span.name
        for span in read.spans
        if any(first <= span.last and last >= span.first for first, last in arms)
        and (wanted is None or wanted(span))
    }
    if not behind or read.shown is not None:
        return analysis
    again = read_file(read.text, read.path, knowledge, last_arms=True)
    other = _view(
        again, knowledge, rules, context, lambda span: span.name in behind, 0, library, frozenset()
    )
    more = [hit for hit in other.hits if _touches(hit, arms) and hit not in analysis.hits]
    return replace(analysis, hits=tuple(sorted((*analysis.hits, *more), key=_place)))


def _touches(hit: Hit, ranges: Sequence[tuple[int, int]]) -> bool:
    lines = (hit.line, *(step.line for step in hit.steps))
    return any(first <= line <= last for line in lines for first, last in ranges)


def _place(hit: Hit) -> tuple[int, str, str]:
    return hit.line, hit.rule, hit.subject


def _view(
    read: Reading,
    knowledge: Knowledge,
    rules: frozenset[str] | None,
    context: Sequence[Beside],
    wanted: Callable[[FunctionSpan], bool] | None,
    callers: int,
    library: Library | None,
    doubted: frozenset[str] | None,
) -> FileAnalysis:
    """The file with one choice of arms of its conditionals."""
    others = [other for other in context if other.path != read.path]
    world = World(read.summary, others, library)
    understood = tuple(
        FunctionFacts(function, graph, summary, knowledge, world)
        for function, graph, summary in read.functions.values()
    )
    lines, masked = read.shown or (tuple(read.text.split(b"\n")), read.masked.text)
    world.endings = Endings(understood, knowledge)
    world.backpointers = cache(lambda: backpointers((f.graph for f in understood), knowledge))
    facts = FileFacts(
        path=read.path,
        knowledge=knowledge,
        world=world,
        functions=understood,
        comments=read.masked.comments,
        in_slots=_in_slots(read, world),
        lines=lines,
        masked=masked,
    )
    judged = _judged(understood, read, wanted, callers)
    hits = _hits(facts, judged, rules, read.text.count(b"\n") + 1)
    walked = [f for f in judged if doubted is None or f.name in doubted]
    gave_up = [(f.name, f.flow.gave_up) for f in walked if f.flow.gave_up]
    return FileAnalysis(
        hits=hits,
        functions=read.spans,
        judged=frozenset(f.name for f in judged),
        not_understood=(*read.not_understood, *gave_up),
    )


def _judged(
    understood: Sequence[FunctionFacts],
    read: Reading,
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
    return tuple(sorted(found.values(), key=_place))


def _in_slots(read: Reading, world: World) -> frozenset[str]:
    uses = {use.function for use in read.uses}
    return frozenset(uses & set(read.functions)) | world.callback_names
