# SPDX-License-Identifier: GPL-2.0-or-later
"""What repeated runs say, and that the odds are those of counting every way it could have gone."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from vreview.logic.observe import case_observations
from vreview.logic.repeats import (
    Pattern,
    Shown,
    Tally,
    compared,
    counted,
    odds,
    percent,
    said,
    worth_repeating,
)
from vreview.model.trial import Case, CaseState

FAILED = case_observations([Case("net", "one", CaseState.FAILED)])
CRASHED = case_observations([Case("net", "one", CaseState.CRASHED)])
OK, BAD, CRASH = Shown((), True), Shown(FAILED, True), Shown(CRASHED, True)
CUT = Shown((), False)


def _dealt(base: Tally, tip: Tally) -> Fraction:
    """The same odds by dealing the failures over all runs in every way."""
    runs, seen = base.runs + tip.runs, base.seen + tip.seen
    ways = list(combinations(range(runs), seen))
    like = [way for way in ways if sum(n < tip.runs for n in way) >= tip.seen]
    return Fraction(len(like), len(ways))


def test_the_odds_are_counted_exactly_in_every_small_world() -> None:
    for base_runs in range(1, 5):
        for tip_runs in range(1, 5):
            for base_seen in range(base_runs + 1):
                for tip_seen in range(tip_runs + 1):
                    base, tip = Tally(base_seen, base_runs), Tally(tip_seen, tip_runs)
                    assert odds(base, tip) == _dealt(base, tip), (base, tip)


@pytest.mark.parametrize(
    ("base", "tip", "pattern", "new"),
    [
        ([OK], [BAD], Pattern.NEW, 1),
        ([OK] * 4, [BAD] * 4, Pattern.NEW, 1),
        ([OK] * 4, [BAD, OK, BAD, OK], Pattern.SOMETIMES, 1),
        ([OK, BAD], [BAD, BAD], Pattern.KNOWN, 0),
        ([BAD], [OK], Pattern.KNOWN, 0),
        # A run that was cut short does not count as one that did not fail.
        ([CUT, OK], [BAD, CUT], Pattern.NEW, 1),
        ([CUT], [BAD], Pattern.UNKNOWN, 0),
        # On the tip to fail and to crash are one thing; a crash where the base only fails is new.
        ([OK, OK], [BAD, CRASH], Pattern.NEW, 1),
        ([BAD], [CRASH], Pattern.NEW, 1),
    ],
)
def test_what_two_sides_of_runs_say(
    base: list[Shown], tip: list[Shown], pattern: Pattern, new: int
) -> None:
    assert counted(base, tip)[0].pattern is pattern
    assert len(compared(base, tip).new) == new


def test_what_no_run_of_the_base_could_show_is_unknown_and_what_went_is_fixed() -> None:
    assert compared([CUT], [BAD]).unknown == FAILED
    assert compared([BAD, OK], [OK, OK]).fixed == FAILED
    assert compared([BAD], [CUT]).unknown == FAILED


def test_the_odds_are_said_as_they_are() -> None:
    (one,) = counted([OK] * 5, [BAD, OK, BAD, OK, BAD])
    assert said(one) == (
        "failed in 3 of 5 runs with the series, in 0 of 5 without; such a difference arises by"
        " chance in 8 % of cases if nothing changed"
    )
    (single,) = counted([OK], [BAD])
    assert said(single) == "failed in 1 of 1 run with the series, in 0 of 1 without"


@pytest.mark.parametrize(
    ("chance", "text"),
    [
        (Fraction(1, 1), "100 %"),
        (Fraction(1, 70), "1 %"),
        (Fraction(1, 252), "0.4 %"),
        (Fraction(1, 12870), "under 0.1 %"),
    ],
)
def test_a_chance_in_words(chance: Fraction, text: str) -> None:
    assert percent(chance) == text


def test_only_what_the_series_alone_shows_is_worth_more_runs() -> None:
    assert worth_repeating(counted([OK], [BAD]))
    assert not worth_repeating(counted([BAD], [BAD]))
    assert not worth_repeating(counted([BAD], [OK]))
    assert not worth_repeating(counted([CUT], [BAD]))
