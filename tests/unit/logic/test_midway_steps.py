# SPDX-License-Identifier: GPL-2.0-or-later
"""A function is followed back through the steps that moved and changed it."""

from __future__ import annotations

import difflib
import itertools

import pytest

from vreview.logic.attribution import Edit
from vreview.logic.midway import Followed, followed
from vreview.parse.diff import parse_diff


def edits(*texts: list[str]) -> list[Edit]:
    """The edits that lead from each text to the next, with no line of context."""
    found = []
    for number, (old, new) in enumerate(itertools.pairwise(texts), start=1):
        diff = "".join(difflib.unified_diff(old, new, "a/x.c", "b/x.c", n=0))
        found.append(Edit(number, parse_diff(diff.encode())[0].hunks))
    return found


def lines(*words: str) -> list[str]:
    return [f"{word}\n" for word in words]


def test_lines_are_followed_back_through_what_moved_them() -> None:
    states = (
        lines("a", "b", "c", "d", "e"),
        lines("a", "b", "C", "d", "e"),
        lines("x", "y", "a", "b", "C", "d", "e"),
        lines("x", "y", "a", "b", "CC", "d", "e"),
        lines("x", "y", "a", "b", "CC", "d", "E"),
    )
    made = edits(*states)
    assert followed(4, 6, made) == Followed(((2, 4), (2, 4), (4, 6), (4, 6), (4, 6)), (1, 3))
    assert followed(1, 2, made).changed == (2,)
    assert followed(3, 3, made) == Followed(((1, 1), (1, 1), (3, 3), (3, 3), (3, 3)), ())
    assert followed(7, 7, made).changed == (4,)


@pytest.mark.parametrize(
    ("steps", "states"), [((), []), ((2,), []), ((1, 2), [1]), ((1, 2, 4), [1, 2, 3])]
)
def test_only_what_lies_between_two_changes_is_looked_at(
    steps: tuple[int, ...], states: list[int]
) -> None:
    assert list(Followed((), steps).between) == states
