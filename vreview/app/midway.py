# SPDX-License-Identifier: GPL-2.0-or-later
"""What an earlier patch breaks and a later one of the same series repairs.

The tip has it no more, so it is held against nobody; but whoever bisects may land in between. It is
a note, and only about what hangs or crashes a machine there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from vreview.analysis.hit import FileAnalysis
from vreview.logic.attribution import Edit, origin
from vreview.logic.delta import delta, with_moves_settled
from vreview.logic.history import FileHistory
from vreview.logic.midway import states_between, steps_in
from vreview.model.observation import Category, Observation, Severity
from vreview.model.review import Finding

BREAKS_BISECTION = frozenset({Category.LOCK, Category.UAF, Category.NULL})
"""A lost error number or a leak does not stop anyone who boots the commit."""


class StateReader(Protocol):
    """The files that a series touches, in each of their states."""

    @property
    def touched(self) -> tuple[FileHistory, ...]: ...

    def analysis(self, history: FileHistory, state: int) -> FileAnalysis: ...

    def observations(self, history: FileHistory, state: int) -> tuple[Observation, ...]: ...

    def edits(self, history: FileHistory) -> tuple[Edit, ...]: ...


def repaired_later(reader: StateReader) -> tuple[Finding, ...]:
    """One note for each fact that is neither in the base nor in the tip, but in between.

    Only states between two changes of one function are looked at, so a series that works on each
    function once costs nothing.
    """
    return tuple(
        finding
        for history in reader.touched
        if not history.deleted and len(history.steps) > 1
        for finding in _of_file(history, reader)
    )


def _of_file(history: FileHistory, reader: StateReader) -> Iterator[Finding]:
    between = _between(history, reader)
    seen: dict[int, tuple[Observation, ...]] = {}
    for state in sorted({state for states in between.values() for state in states}):
        seen[state] = tuple(
            one
            for one in _only_there(history, state, reader)
            if one.category in BREAKS_BISECTION
            and one.severity is not Severity.NOTE
            and state in between.get(one.place.function, ())
        )
    told: set[str] = set()
    for state, observations in seen.items():
        for one in observations:
            if one.fingerprint in told:
                continue
            told.add(one.fingerprint)
            end = next(
                later
                for later in range(state + 1, len(history.steps) + 1)
                if all(one.fingerprint != o.fingerprint for o in seen.get(later, ()))
            )
            yield _note(one, history, reader.edits(history), state, end)


def _between(history: FileHistory, reader: StateReader) -> dict[str, range]:
    """The states in which each function lies between two changes, for those that every side
    understands."""
    tip = reader.analysis(history, len(history.steps))
    dark = {name for name, _ in tip.not_understood}
    found = {}
    for span in tip.functions:
        states = states_between(steps_in(span.first, span.last, reader.edits(history)))
        if states and span.name not in dark:
            found[span.name] = states
    if found:
        for name, _ in reader.analysis(history, 0).not_understood:
            found.pop(name, None)
    return found


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
