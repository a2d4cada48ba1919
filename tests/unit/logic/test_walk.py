# SPDX-License-Identifier: GPL-2.0-or-later
"""Facts over the states of a series, and what a state that was not reached may say of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from logic_samples import seen

from vreview.logic.delta import delta
from vreview.logic.walk import Glimpse, changed, spans, told
from vreview.model.observation import Category, Origin, Severity
from vreview.model.walk import Span

FACT = seen("leak", line=3)


def _states(letters: str) -> list[Glimpse]:
    """One state a letter: x has the fact, . has it not, ? cannot tell, ! has it and got no
    further."""
    return [Glimpse((FACT,) * (each in "x!"), each in "x.") for each in letters]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("..xx..", [(1, 2, 3, 4)]),
        ("......", []),
        ("xxxxxx", [(None, 0, 5, None)]),
        ("xx....", [(None, 0, 1, 2)]),
        (".x.x..", [(0, 1, 1, 2), (2, 3, 3, 4)]),
        (".....x", [(4, 5, 5, None)]),
        ("...?!.", [(2, 4, 4, 5)]),
        ("...!..", [(2, 3, 3, 4)]),
        ("...??x", [(2, 5, 5, None)]),
        (".x?x..", [(0, 1, 3, 4)]),
        (".x?...", [(0, 1, 1, 3)]),
        (".x????", [(0, 1, 1, None)]),
        ("??.x..", [(2, 3, 3, 4)]),
        ("?x....", [(None, 1, 1, 2)]),
    ],
)
def test_where_a_fact_comes_and_goes(
    letters: str, expected: list[tuple[int | None, int, int, int | None]]
) -> None:
    found = spans(_states(letters))
    assert [(s.after, s.seen, s.last, s.gone) for s in found] == expected


def test_a_moved_line_is_the_same_fact() -> None:
    there = [Glimpse((seen("leak", line=line),), True) for line in (10, 12, 80)]
    (span,) = spans(there)
    assert (span.seen, span.last, span.observation.place.line) == (0, 2, 10)
    assert not changed(span)


def test_a_new_one_in_place_of_an_old_one_is_not_hidden_by_the_count() -> None:
    other = seen("double-free", line=9)
    old, new = spans([Glimpse((FACT,), True), Glimpse((other,), True)])
    assert (old.observation, old.gone) == (FACT, 1)
    assert (new.observation, new.introduced_at) == (other, 1)


def test_of_two_equal_facts_only_the_second_is_new() -> None:
    later = replace(FACT, place=replace(FACT.place, line=90))
    old, new = spans([Glimpse((FACT,), True), Glimpse((FACT, later), True)])
    assert (old.seen, old.gone) == (0, None)
    assert (new.introduced_at, new.observation.place.line) == (1, 90)


def test_every_small_world_is_covered_and_agrees_with_the_delta_of_its_ends() -> None:
    for letters in product("x.?!", repeat=5):
        states = _states("".join(letters))
        found = spans(states)
        for number, letter in enumerate(letters):
            holding = [s for s in found if s.seen <= number <= s.last]
            assert len(holding) == (letter in "x!") or letter == "?"
        for span in found:
            assert span.gone is None or letters[span.gone] == "."
            if span.after is not None:
                assert letters[span.after] == "."
                assert set(letters[span.after + 1 : span.seen]) <= {"?"}
        base, tip = states[0], states[-1]
        if base.reached and tip.reached:
            ends = delta(base.seen, tip.seen)
            new = [s for s in found if s.gone is None and not base.seen]
            assert Counter(o.fingerprint for o in ends.new) == Counter(
                s.observation.fingerprint for s in new
            )


ERROR = replace(FACT, category=Category.BUILD, severity=Severity.ERROR)
BOOT = replace(FACT, tool="boot", severity=Severity.ERROR)
TEST = replace(FACT, origin=Origin.TEST)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span(FACT, 1, 2, 3, 4), "introduced at 2/5, gone at 4/5"),
        (Span(FACT, 1, 2, 5), "introduced at 2/5, and still there at the end"),
        (Span(ERROR, 2, 3, 3, 4), "breaks the build at 3/5, repaired at 4/5"),
        (Span(BOOT, None, 4, 4, 5), "first seen at 4/5, and no state before it could be looked at,"
         " boots again at 5/5"),
        (Span(BOOT, 3, 4, 4, 5), "does not boot at 4/5, boots again at 5/5"),
        (Span(TEST, 4, 5, 5), "fails from 5/5"),
        (Span(TEST, 2, 5, 5), "fails from 5/5 or before: cannot tell between 3/5 and 5/5"),
        (Span(TEST, 2, 5, 5, alone=True),
         "fails from 5/5 (so does patch 5 alone on top of 2/5)"),
        (Span(BOOT, 0, 2, 2, 3, alone=False), "comes from 1/5, first seen at 2/5 (patch 2 alone on"
         " top of the base does not show it), boots again at 3/5"),
        (Span(FACT, 0, 3, 5, alone=False), "comes from 1/5 or 2/5, first seen at 3/5 (patch 3 alone"
         " on top of the base does not show it), and still there at the end"),
        (Span(FACT, 1, 2, 2, 4), "introduced at 2/5, gone at 4/5 or before"),
        (Span(FACT, 1, 2, 2), "introduced at 2/5, cannot tell whether it is there at 3/5 to 5/5"),
        (Span(FACT, 3, 4, 4), "introduced at 4/5, cannot tell whether it is there at 5/5"),
        (Span(FACT, None, 0, 1, 2), "there before the series, gone at 2/5"),
    ],
)  # fmt: skip
def test_the_words(span: Span, words: str) -> None:
    assert told(span, tip=5) == words
