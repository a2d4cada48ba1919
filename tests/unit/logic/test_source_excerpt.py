# SPDX-License-Identifier: GPL-2.0-or-later
"""What hunks show of a file is true of the file, in every state of it."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from logic_samples import RELAXED, file_states, hunks

from vreview.logic.excerpt import Part, excerpts


@RELAXED
@given(states=file_states())
def test_every_visible_line_is_the_files_own(states: list[list[str]]) -> None:
    steps = [hunks(old, new) for old, new in itertools.pairwise(states)]
    for parts, state in zip(excerpts(steps), states, strict=True):
        for part in parts:
            shown = [line.decode() for line in part.lines]
            assert shown == state[part.first_line - 1 : part.first_line - 1 + len(shown)]


@RELAXED
@given(states=file_states())
def test_every_added_line_is_visible_at_the_tip(states: list[list[str]]) -> None:
    steps = [hunks(old, new) for old, new in itertools.pairwise(states)]
    shown = {line.decode() for part in excerpts(steps)[-1] for line in part.lines}
    assert {line for line in states[-1] if not line.startswith("base")} <= shown


def test_a_new_file_is_complete_from_its_first_line() -> None:
    parts = excerpts([hunks([], ["one", "two"]), hunks(["one", "two"], ["one", "two", "three"])])
    assert parts == ((), (Part(1, (b"one", b"two")),), (Part(1, (b"one", b"two", b"three")),))


def test_what_a_later_patch_shows_was_there_before() -> None:
    base = [f"line {n}" for n in range(1, 41)]
    one = [*base[:4], "added", *base[4:]]
    two = [line for line in one if line != "line 30"]
    before, between, after = excerpts([hunks(base, one), hunks(one, two)])
    assert b"line 30" in before[1].lines
    assert before[1].first_line == 27
    assert between[1].first_line == after[1].first_line == 28
    assert b"line 30" not in after[1].lines


def test_a_part_knows_the_section_of_the_hunk_that_opens_it() -> None:
    base = [f"line {n}" for n in range(1, 41)]
    hunk = replace(hunks(base, [*base[:20], *base[21:]])[0], section="static int demo(void)")
    (before,), (after,) = excerpts([[hunk]])
    assert before.section == after.section == "static int demo(void)"
