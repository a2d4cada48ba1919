# SPDX-License-Identifier: GPL-2.0-or-later
"""Blame within a series: against a walk that carries each line's owner along."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logic_samples import BASE_LINES, RELAXED, file_states, hunks, modified, patch, seen, series

from vreview.logic.attribution import Edit, attribute, disturbance, located, origin
from vreview.model.review import Finding


def _edits(states: list[list[str]]) -> list[Edit]:
    pairs = itertools.pairwise(states)
    return [Edit(n, hunks(old, new)) for n, (old, new) in enumerate(pairs, start=1)]


@RELAXED
@given(states=file_states())
def test_each_line_is_blamed_on_the_patch_that_wrote_it(states: list[list[str]]) -> None:
    edits = _edits(states)
    for number, text in enumerate(states[-1], start=1):
        found = origin(number, edits)
        if text.startswith("base"):
            assert found is None
        else:
            assert found is not None
            assert found.patch == int(text.split()[1])
            assert states[found.patch][found.line - 1] == text
            hunk = edits[found.patch - 1].hunks[found.hunk - 1]
            assert b"+" + text.encode() + b"\n" in hunk.lines


@RELAXED
@given(states=file_states(), offset=st.integers(-4, 40))
def test_hunks_are_found_where_they_were_applied(states: list[list[str]], offset: int) -> None:
    real = hunks(states[0], states[1])
    said = tuple(
        replace(h, old_start=h.old_start + offset, new_start=h.new_start + offset) for h in real
    )
    after = [line.encode() for line in states[1]]
    # Without context there is nothing by which an offset could be told.
    if all(h.new for h in real):
        assert located(said, after) == real


def test_a_hunk_that_lies_absurdly_far_away_is_not_searched_for_ever() -> None:
    real = hunks(BASE_LINES, ["new", *BASE_LINES])[0]
    said = replace(real, old_start=999_999_990, new_start=999_999_990)
    assert located([said], [b"other"] * 10)[0].new_start == 999_999_990


@pytest.mark.parametrize(
    ("first", "last", "disturbed"),
    [(1, 4, False), (1, 5, True), (5, 8, True), (6, 9, False), (15, 19, False), (15, 25, True)],
)
def test_a_span_is_disturbed_by_what_happened_inside(
    first: int, last: int, *, disturbed: bool
) -> None:
    added = [*BASE_LINES[:4], "added", *BASE_LINES[4:]]
    removed = [line for line in added if line != "base line 20"]
    edits = _edits([BASE_LINES, added, removed])
    assert (disturbance(first, last, edits) is not None) is disturbed


def test_a_removed_line_belongs_to_the_patch_that_took_it() -> None:
    edits = _edits(
        [
            BASE_LINES,
            ["new first line", *BASE_LINES],
            ["new first line", *BASE_LINES[:9], *BASE_LINES[10:]],
        ]
    )
    found = disturbance(5, 15, edits)
    assert found is not None
    assert (found.patch, found.hunk, found.line) == (2, 1, 11)


def test_a_warning_is_attributed_to_the_patch_that_wrote_its_line() -> None:
    one = [*BASE_LINES[:4], "one", *BASE_LINES[4:]]
    two = ["two", *one]
    sent = series(patch(1, modified("a.c", BASE_LINES, one)), patch(2, modified("a.c", one, two)))
    assert attribute(seen(file="a.c", line=6), sent) == Finding(seen(file="a.c", line=6), 1, 1, 5)


def test_a_warning_elsewhere_is_the_only_patch_that_touches_the_file_or_nobodys() -> None:
    sent = series(
        patch(1, modified("a.c", BASE_LINES, ["x", *BASE_LINES])),
        patch(2, modified("b.c", BASE_LINES, ["x", *BASE_LINES])),
        patch(3, modified("b.c", ["x", *BASE_LINES], ["y", "x", *BASE_LINES])),
    )
    assert attribute(seen(file="a.c", line=30), sent).patch == 1
    assert attribute(seen(file="b.c", line=30), sent).patch is None
    assert attribute(seen(file="c.c", line=30), sent).patch is None
