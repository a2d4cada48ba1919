# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch, and which hunk of it, a line of the tip comes from: blame within a series.

Works on hunks and line numbers alone; whether an observation is new is ``delta``'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vreview.logic.history import histories
from vreview.model.observation import Observation
from vreview.model.review import Finding
from vreview.model.series import Hunk, Series


@dataclass(frozen=True, slots=True)
class Edit:
    """What patch ``patch`` did to a file, with the hunks numbered as they really lie in it."""

    patch: int
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in a patch: ``hunk`` counts from 1 in the file's diff, ``line`` is the number of the
    line in the file as that patch leaves it."""

    patch: int
    hunk: int
    line: int


def attribute(observation: Observation, series: Series) -> Finding:
    """A finding from an observation of the tip, by the lines of its place and its evidence.

    Without a line that the series added, the only patch that touches the file is to blame; when
    several do, or none, no patch is. Trusts the hunks' line numbers.
    """
    places = [step.place for step in reversed(observation.evidence) if step.place is not None]
    for place in (observation.place, *places):
        for history in histories(series.patches):
            if history.path != place.file or history.deleted:
                continue
            edits = [Edit(step.patch, step.diff.hunks) for step in history.steps]
            found = origin(place.line, edits) if place.line else None
            if found is not None:
                return Finding(observation, found.patch, found.hunk, found.line)
    touching = {p.n for p in series.patches for f in p.files if f.path == observation.place.file}
    return Finding(observation, touching.pop() if len(touching) == 1 else None)


def located(hunks: Sequence[Hunk], after: Sequence[bytes]) -> tuple[Hunk, ...]:
    """The hunks with both starts as they lie in the file, whose new lines are ``after``.

    A hunk may have been applied with an offset. One whose new side is not found (applied with
    fuzz or by a merge) keeps its own number, moved as far as the one before it.
    """
    lines = [line.rstrip(b"\r\n") for line in after]
    found: list[Hunk] = []
    drift = grown = floor = 0
    for hunk in hunks:
        new = [line.rstrip(b"\r\n") for line in hunk.new]
        said = new_first(hunk)
        position = _find(lines, new, said + drift - 1, floor)
        at = said + drift if position is None else position + 1
        drift, floor = at - said, at - 1 + len(new)
        found.append(
            replace(
                hunk,
                new_start=at if new else at - 1,
                old_start=at - grown if hunk.old else at - grown - 1,
            )
        )
        grown += len(new) - len(hunk.old)
    return tuple(found)


def origin(line: int, edits: Sequence[Edit]) -> Origin | None:
    """Where line ``line`` of the tip was added; None for a line of the base.

    ``edits`` are all edits of the file in the order of the patches.
    """
    for edit in reversed(edits):
        hunk, before = _step_back(line, edit.hunks)
        if hunk:
            return Origin(edit.patch, hunk, line)
        line = before
    return None


def disturbance(first: int, last: int, edits: Sequence[Edit]) -> Origin | None:
    """The last place where a patch added or took out a line between ``first`` and ``last`` of the
    tip (a function's span); None when the series left those lines alone."""
    for edit in reversed(edits):
        for number, hunk in enumerate(edit.hunks, start=1):
            line = new_first(hunk)
            for text in hunk.lines:
                marker = text[:1]
                if marker == b"+" and first <= line <= last:
                    return Origin(edit.patch, number, line)
                if marker == b"-" and first < line <= last:
                    return Origin(edit.patch, number, line)
                line += marker in (b"+", b" ")
        first = _step_back(first, edit.hunks)[1]
        last = _step_back(last, edit.hunks)[1]
    return None


def span_before(first: int, last: int, edit: Edit) -> tuple[int, int]:
    """Where the lines from ``first`` to ``last`` were before the edit."""
    return _step_back(first, edit.hunks)[1], _step_back(last, edit.hunks)[1]


def new_first(hunk: Hunk) -> int:
    """The first line of the hunk's new side; a side without lines names the line before it."""
    return hunk.new_start if hunk.new_count else hunk.new_start + 1


def old_first(hunk: Hunk) -> int:
    """The first line of the hunk's old side."""
    return hunk.old_start if hunk.old_count else hunk.old_start + 1


def _step_back(line: int, hunks: Sequence[Hunk]) -> tuple[int, int]:
    """The number of the hunk that added the line (0: none), and its number before the patch."""
    shift = 0
    for number, hunk in enumerate(hunks, start=1):
        new, old = new_first(hunk), old_first(hunk)
        if line < new:
            break
        if line < new + hunk.new_count:
            for text in hunk.lines:
                if text[:1] == b"-":
                    old += 1
                    continue
                if new == line:
                    return (number, old) if text[:1] == b"+" else (0, old)
                new += 1
                old += text[:1] == b" "
        shift = old_first(hunk) + hunk.old_count - (new_first(hunk) + hunk.new_count)
    return 0, line + shift


def _find(lines: Sequence[bytes], wanted: Sequence[bytes], near: int, floor: int) -> int | None:
    """The index at which ``wanted`` stands, as near to ``near`` as can be, not before ``floor``."""
    if not wanted:
        return None
    last = len(lines) - len(wanted)
    near = min(max(near, floor), last)
    for distance in range(max(near - floor, last - near, -1) + 1):
        for at in {near - distance, near + distance}:
            here = floor <= at <= last and lines[at] == wanted[0]
            if here and list(lines[at : at + len(wanted)]) == list(wanted):
                return at
    return None
