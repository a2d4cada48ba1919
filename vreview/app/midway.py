# SPDX-License-Identifier: GPL-2.0-or-later
"""What an earlier patch breaks and a later one of the same series repairs.

The tip has it no more, so it is held against nobody; but whoever bisects may land in between. It is
a note, and only about what hangs or crashes a machine there. Needs a tree: hunks alone show too
little of a state that nobody sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from vreview.analysis.analyse import analyse_excerpt
from vreview.analysis.excerpt import Chunk
from vreview.analysis.hit import FileAnalysis
from vreview.analysis.knowledge import Knowledge
from vreview.app.states import States, Whole
from vreview.logic.attribution import Edit, origin
from vreview.logic.delta import delta, with_moves_settled
from vreview.logic.history import FileHistory
from vreview.logic.midway import Followed, followed
from vreview.model.observation import Category, Observation, Severity
from vreview.model.review import Finding
from vreview.rulebook import RuleBook

BREAKS_BISECTION = frozenset({Category.LOCK, Category.UAF, Category.NULL})
"""A lost error number or a leak does not stop anyone who boots the commit."""

_ABOVE = 3
"""Lines read above a function: a step that changed its head leaves the old one there."""


class StateReader(Protocol):
    """The files that a series touches, in each of their states."""

    @property
    def touched(self) -> tuple[FileHistory, ...]: ...

    @property
    def states(self) -> States: ...

    @property
    def rulebook(self) -> RuleBook: ...

    @property
    def knowledge(self) -> Knowledge: ...

    def analysis(self, history: FileHistory, state: int) -> FileAnalysis: ...

    def observations(self, history: FileHistory, state: int) -> tuple[Observation, ...]: ...

    def edits(self, history: FileHistory) -> tuple[Edit, ...]: ...


def repaired_later(reader: StateReader) -> tuple[Finding, ...]:
    """One note for each fact that is neither in the base nor in the tip, but in between.

    Only functions that the series changes more than once are looked at, each by itself; a state is
    read as a whole when one of them looks as if it was broken there. So most series cost nothing.
    """
    return tuple(
        finding
        for history in reader.touched
        if not history.deleted and len(history.steps) > 1
        for finding in _of_file(history, reader)
    )


def _of_file(history: FileHistory, reader: StateReader) -> Iterator[Finding]:
    suspects = _suspects(history, reader)
    if not suspects:
        return
    dark = {name for name, _ in reader.analysis(history, 0).not_understood}
    seen = {
        state: tuple(
            one
            for one in _only_there(history, state, reader)
            if one.place.function in suspects and one.place.function not in dark and _breaks(one)
        )
        for state in sorted({state for states in suspects.values() for state in states})
    }
    told: set[str] = set()
    for state, observations in seen.items():
        for one in observations:
            if one.fingerprint not in told and state in suspects[one.place.function]:
                told.add(one.fingerprint)
                end = next(
                    later
                    for later in range(state + 1, len(history.steps) + 1)
                    if all(one.fingerprint != o.fingerprint for o in seen.get(later, ()))
                )
                yield _note(one, history, reader.edits(history), state, end)


def _breaks(seen: Observation) -> bool:
    return seen.category in BREAKS_BISECTION and seen.severity is not Severity.NOTE


def _suspects(history: FileHistory, reader: StateReader) -> Mapping[str, range]:
    """Functions that seem to be broken between two of their changes, with the states there."""
    if not isinstance(reader.states.source(history, len(history.steps)), Whole):
        return {}
    tip = reader.analysis(history, len(history.steps))
    dark = {name for name, _ in tip.not_understood}
    found = {}
    for span in tip.functions:
        way = followed(span.first, span.last, reader.edits(history))
        if way.between and span.name not in dark:
            sound = _glimpse(history, len(history.steps), way, reader)
            if any(_glimpse(history, state, way, reader) - sound for state in way.between):
                found[span.name] = way.between
    return found


def _glimpse(
    history: FileHistory, state: int, way: Followed, reader: StateReader
) -> frozenset[tuple[str, str]]:
    """Check and subject of what the function shows by itself, without the file around it."""
    source = reader.states.source(history, state)
    if not isinstance(source, Whole):
        return frozenset()
    first, last = way.lines[state]
    start = max(first - _ABOVE, 1)
    lines = tuple(source.text.split(b"\n")[start - 1 : last])
    checks = {
        rule.check
        for rule in reader.rulebook.rules
        if rule.category in BREAKS_BISECTION and rule.severity is not Severity.NOTE
    }
    seen = analyse_excerpt(
        (Chunk(start, lines),),
        history.path,
        knowledge=reader.knowledge,
        rules=frozenset(checks),
    )
    return frozenset((hit.rule, hit.subject) for hit in seen.hits)


def _only_there(history: FileHistory, state: int, reader: StateReader) -> Sequence[Observation]:
    """What a state has, and neither the base nor the tip, in whatever function it may stand."""
    base = reader.observations(history, 0)
    tip = reader.observations(history, len(history.steps))
    new = with_moves_settled(delta(base, reader.observations(history, state))).new
    return with_moves_settled(delta(new, tip)).fixed


def _note(
    seen: Observation, history: FileHistory, edits: Sequence[Edit], state: int, end: int
) -> Finding:
    patch, later = history.steps[state - 1].patch, history.steps[end - 1].patch
    asked = f"{seen.question} " if seen.question else ""
    note = replace(
        seen,
        severity=Severity.NOTE,
        message=f"between patch {patch} and patch {later}, {seen.message}",
        question=f"{asked}Patch {later} takes it away again; could that go into patch {patch}, for"
        " whoever bisects through the series?",
    )
    place = origin(seen.place.line, edits[:state])
    if place is None or place.patch != patch:
        return Finding(note, patch, repaired_by=later)
    return Finding(note, patch, place.hunk, place.line, repaired_by=later)
