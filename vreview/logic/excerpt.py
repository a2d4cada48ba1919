# SPDX-License-Identifier: GPL-2.0-or-later
"""What a series' hunks alone show of a file, in each of its states: for reviews without a tree.

The hunks of all patches are put together: what a later patch shows of the file was there before,
unless an earlier one added it. Trusts the hunks' line numbers; there is nothing to check against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vreview.logic.attribution import new_first, old_first
from vreview.model.series import Hunk


@dataclass(frozen=True, slots=True)
class Part:
    """Contiguous lines without their ends. ``section`` is the hunk header's text behind ``@@``."""

    first_line: int
    lines: tuple[bytes, ...]
    section: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    text: bytes
    section: str = ""


@dataclass(frozen=True, slots=True)
class _Cut:
    """``taken`` lines from ``before`` on give way to ``lines``, which start at ``after``."""

    before: int
    taken: int
    after: int
    lines: tuple[_Line, ...]


def excerpts(steps: Sequence[Sequence[Hunk]]) -> tuple[tuple[Part, ...], ...]:
    """The visible parts of a file before the first of its diffs and after each one.

    ``steps`` holds the hunks of each diff of this file in order; the result has one more entry.
    """
    visible: Mapping[int, _Line] = {}
    for hunks in steps:
        visible = _replaced(visible, [_forward(h) for h in hunks])
    states = [visible]
    for hunks in reversed(steps):
        visible = _replaced(visible, [_backward(h) for h in hunks])
        states.append(visible)
    return tuple(tuple(_parts(state)) for state in reversed(states))


def _forward(hunk: Hunk) -> _Cut:
    return _Cut(old_first(hunk), len(hunk.old), new_first(hunk), _lines(hunk.new, hunk.section))


def _backward(hunk: Hunk) -> _Cut:
    return _Cut(new_first(hunk), len(hunk.new), old_first(hunk), _lines(hunk.old, hunk.section))


def _lines(texts: Sequence[bytes], section: str) -> tuple[_Line, ...]:
    return tuple(
        _Line(text.rstrip(b"\r\n"), "" if number else section) for number, text in enumerate(texts)
    )


def _replaced(visible: Mapping[int, _Line], cuts: Sequence[_Cut]) -> dict[int, _Line]:
    ordered = sorted(cuts, key=lambda cut: cut.before)
    result: dict[int, _Line] = {}
    shift = passed = 0
    for number in sorted(visible):
        while passed < len(ordered) and number >= ordered[passed].before + ordered[passed].taken:
            shift += len(ordered[passed].lines) - ordered[passed].taken
            passed += 1
        if passed < len(ordered) and number >= ordered[passed].before:
            continue
        result[number + shift] = visible[number]
    for cut in ordered:
        result.update(enumerate(cut.lines, start=cut.after))
    return result


def _parts(visible: Mapping[int, _Line]) -> Iterator[Part]:
    numbers = sorted(visible)
    start = 0
    for here in range(1, len(numbers) + 1):
        if here == len(numbers) or numbers[here] != numbers[here - 1] + 1:
            run = numbers[start:here]
            yield Part(run[0], tuple(visible[n].text for n in run), visible[run[0]].section)
            start = here
