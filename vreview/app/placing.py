# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in a series a tool's remark belongs: its function, its line, the patch and the hunk.

Tools know files and lines; a fingerprint wants the function, a reply the hunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from vreview.analysis.hit import FunctionSpan
from vreview.analysis.spans import function_at
from vreview.logic.attribution import Edit, disturbance, new_first, origin
from vreview.logic.history import FileHistory
from vreview.model.observation import Observation, Place, Step
from vreview.model.review import Finding
from vreview.model.series import Patch


def in_functions(
    said: Iterable[Observation], text: bytes, *, path: str, spans: Sequence[FunctionSpan]
) -> tuple[Observation, ...]:
    """The remarks under the file's name at the tip, with their functions and the lines they quote;
    those beyond the end of the file are none."""
    lines = text.split(b"\n")
    return tuple(
        _quoted(one, lines, path, spans) for one in said if 0 <= one.place.line <= len(lines)
    )


def _quoted(
    seen: Observation, lines: Sequence[bytes], path: str, spans: Sequence[FunctionSpan]
) -> Observation:
    line = seen.place.line
    place = Place(path, line, function_at(spans, line) or seen.place.function)
    source = lines[line - 1].rstrip(b"\r").decode(errors="replace") if line else ""
    return replace(seen, place=place, evidence=(_pointer(seen, place, source), *seen.evidence))


def _pointer(seen: Observation, place: Place, source: str) -> Step:
    """The line itself: what a reader wants to see, and what tells moved code from new code."""
    return Step(f"{seen.rule} points here", place, source)


def added_line(seen: Observation, edits: Sequence[Edit]) -> bool:
    """True when the remark is on a line that the series added."""
    return origin(seen.place.line, edits) is not None


def attributed(
    seen: Observation,
    history: FileHistory,
    edits: Sequence[Edit],
    *,
    spans: Sequence[FunctionSpan],
) -> Finding:
    """By the line, else by what else the remark names, else by the function around it; the only
    patch that touches the file where none of these was changed."""
    for line in _lines(seen):
        place = origin(line, edits)
        if place is not None:
            return Finding(seen, place.patch, place.hunk, place.line)
    for span in spans:
        if span.first <= seen.place.line <= span.last:
            place = disturbance(span.first, span.last, edits)
            if place is not None:
                return Finding(seen, place.patch, place.hunk, place.line)
    patches = {step.patch for step in history.steps}
    return Finding(seen, patches.pop() if len(patches) == 1 else None)


def _lines(seen: Observation) -> list[int]:
    places = [step.place for step in seen.evidence if step.place is not None]
    there = [place.line for place in places if place.file == seen.place.file]
    return [line for line in (seen.place.line, *there) if line]


def in_patch(seen: Observation, patch: Patch) -> Finding | None:
    """A remark about a patch, which counts lines as the patch leaves them; without a file it is
    about the message. None for a file or a line that the patch does not have."""
    if not seen.place.file:
        return Finding(seen, patch.n)
    for diff in patch.files:
        if diff.path != seen.place.file:
            continue
        for number, hunk in enumerate(diff.hunks, start=1):
            at = seen.place.line - new_first(hunk)
            if 0 <= at < len(hunk.new):
                source = hunk.new[at].rstrip(b"\r\n").decode(errors="replace")
                step = _pointer(seen, seen.place, source)
                whole = replace(seen, evidence=(step, *seen.evidence))
                return Finding(whole, patch.n, number, seen.place.line)
        return Finding(seen, patch.n)
    return None
