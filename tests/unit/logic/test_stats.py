# SPDX-License-Identifier: GPL-2.0-or-later
"""The order statistics, against small worlds counted by hand and by force."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import comb

import pytest

from vreview.logic.stats import _rank_sums, median, needed, quantile, shift


def test_quantile_is_always_a_value_that_was_measured() -> None:
    values = [30.0, 10.0, 20.0, 100.0]
    assert quantile(values, 0.0) == 10.0
    assert quantile(values, 0.34) == 20.0
    assert quantile(values, 1.0) == 100.0


def test_median_of_even_and_odd() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([4.0, 1.0, 2.0, 3.0]) == 2.5


def test_nothing_has_no_median_and_no_quantile() -> None:
    with pytest.raises(ValueError, match="no values"):
        median([])
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.1)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 3), (3, 3), (4, 2), (4, 5)])
def test_null_distribution_is_that_of_all_orders(n: int, m: int) -> None:
    counted = [0] * (n * m + 1)
    for places in itertools.combinations(range(n + m), n):
        counted[sum(places) - n * (n - 1) // 2] += 1
    assert _rank_sums(n, m) == tuple(counted)
    assert sum(counted) == comb(n + m, n)


def test_four_a_side_are_needed_for_95_percent_and_five_for_99() -> None:
    # 2 / C(2n, n): 0.1 for three, 0.029 for four, 0.0079 for five.
    assert needed(confidence=0.95) == 4
    assert needed(confidence=0.99) == 5


def test_too_few_values_give_no_shift_however_far_apart() -> None:
    assert shift([1.0, 2.0, 3.0], [101.0, 102.0, 103.0], confidence=0.95) is None
    assert shift([], [1.0], confidence=0.5) is None


def test_exactly_enough_is_enough() -> None:
    # One order of C(6, 3) = 20 at each end: 90 % to the last bit.
    found = shift([1.0, 2.0, 3.0], [11.0, 12.0, 13.0], confidence=0.9)
    assert found is not None
    assert (found.low, found.estimate, found.high) == (8.0, 10.0, 12.0)


def test_interval_covers_as_often_as_it_says_in_a_world_counted_whole() -> None:
    # Every way to deal ranks 0..8 to four and five: without a shift the interval holds 0
    # exactly as often as the null distribution allows.
    n, m, hits = 4, 5, 0
    deals = list(itertools.combinations(range(n + m), n))
    for base in deals:
        tip = [float(r) for r in range(n + m) if r not in base]
        found = shift([float(r) for r in base], tip, confidence=0.95)
        assert found is not None
        hits += found.low <= 0 <= found.high
    covered = Fraction(hits, len(deals))
    assert covered >= Fraction(95, 100)
    assert covered < 1


def test_approximation_is_close_to_the_count_where_they_meet() -> None:
    base = [float(i) for i in range(30)]
    tip = [i + 0.5 for i in range(30)]
    exact = shift(base, tip, confidence=0.95)
    wide = shift([*base, 14.25], [*tip, 14.75], confidence=0.95)
    assert exact is not None
    assert wide is not None
    assert wide.low == pytest.approx(exact.low, abs=0.6)
    assert wide.high == pytest.approx(exact.high, abs=0.6)
