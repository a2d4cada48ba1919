# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts on samples, and how often they are wrong when the truth is known."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from vreview.logic.compare import THRESHOLD, compare
from vreview.model.bench import Better, Metric, Mode, Samples, Speed

PATH = Metric("x:instructions_per_packet", "instructions", Better.LOWER, Mode.DETERMINISTIC)
RATE = Metric("x:packets_per_second", "packets/s", Better.HIGHER, Mode.WALL)


def path(location: float, *, phases: int = 4, drift: float = 0.0) -> Samples:
    """Batches as icount gives them: a floor, a second mode, timer ticks on some."""
    return Samples(
        PATH,
        tuple(
            tuple(
                location + drift * n + (15.0 if i % 3 else 0.0) + (300.0 if i % 17 == 5 else 0.0)
                for i in range(60)
            )
            for n in range(phases)
        ),
    )


def rate(*boots: float) -> Samples:
    return Samples(RATE, tuple((b * 0.99, b, b * 1.01) for b in boots))


def test_identical_path_lengths_are_the_same() -> None:
    found = compare(path(3000), path(3000))
    assert found.verdict is Speed.SAME
    assert found.shift == pytest.approx(0)


def test_six_more_instructions_of_three_thousand_are_seen_with_a_fit_threshold() -> None:
    found = compare(path(3000), path(3006), threshold=0.001)
    assert found.verdict is Speed.SLOWER
    assert found.tip_value is not None
    assert found.base_value is not None
    assert found.tip_value - found.base_value == pytest.approx(6)


def test_fewer_instructions_are_faster() -> None:
    assert compare(path(3000), path(2900)).verdict is Speed.FASTER


def test_more_packets_are_faster() -> None:
    found = compare(rate(100, 101, 102, 103), rate(130, 131, 132, 133))
    assert found.verdict is Speed.FASTER
    assert found.low is not None
    assert found.low > 0


def test_timer_ticks_in_every_fifth_batch_do_not_move_the_answer() -> None:
    quiet = path(3000)
    noisy = Samples(
        PATH,
        tuple(
            tuple(v + (400.0 if i % 5 == 0 else 0.0) for i, v in enumerate(p)) for p in quiet.boots
        ),
    )
    assert compare(quiet, noisy).verdict is Speed.SAME


def test_phases_that_disagree_cannot_tell() -> None:
    found = compare(path(3000), path(3500, drift=20))
    assert found.verdict is Speed.CANNOT_TELL
    assert "phases of tip" in found.why
    assert found.shift is None


def test_phases_that_span_both_sides_cannot_tell() -> None:
    found = compare(path(3000, drift=9), path(3012, drift=-1), threshold=0.0001)
    assert found.verdict is Speed.CANNOT_TELL
    assert "may be none" in found.why


def test_too_few_batches_cannot_tell() -> None:
    short = Samples(PATH, ((3000.0,) * 9,))
    assert compare(path(3000), short).verdict is Speed.CANNOT_TELL


@pytest.mark.parametrize("side", ["base", "tip"])
def test_a_missing_side_is_named(side: str) -> None:
    have = path(3000)
    found = compare(None, have) if side == "base" else compare(have, None)
    assert found.verdict is Speed.CANNOT_TELL
    assert side in found.why


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_figures_that_cannot_be_cannot_tell(bad: float) -> None:
    found = compare(path(3000), Samples(PATH, ((bad,) * 20,)))
    assert found.verdict is Speed.CANNOT_TELL


def test_three_boots_say_how_many_are_needed() -> None:
    found = compare(rate(1, 2, 3), rate(101, 102, 103))
    assert found.verdict is Speed.CANNOT_TELL
    assert "at least 4 boots a side" in found.why


def test_wide_intervals_are_not_called_the_same() -> None:
    found = compare(rate(80, 95, 105, 125), rate(82, 96, 104, 121))
    assert found.verdict is Speed.CANNOT_TELL


def test_tight_boots_are_the_same() -> None:
    assert compare(rate(100, 101, 102, 103), rate(101, 102, 103, 100)).verdict is Speed.SAME


def test_two_metrics_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="one metric"):
        compare(path(3000), rate(1, 2, 3, 4))
    with pytest.raises(ValueError, match="one metric"):
        compare(None, None)


def test_a_metric_may_know_its_own_threshold() -> None:
    metric = replace(PATH, threshold=0.05)
    base, tip = (Samples(metric, path(at).boots) for at in (3000, 3090))
    assert compare(base, tip).verdict is Speed.SAME
    assert compare(base, tip).threshold == 0.05
    assert compare(base, tip, threshold=0.01).verdict is Speed.SLOWER


def simulate(seed: int, *, boots: int, spread: float, effect: float) -> Speed:
    """Boots whose luck differs (log-normal), with phases that differ less within a boot."""
    rng = random.Random(seed)

    def side(centre: float) -> Samples:
        luck = [centre * rng.lognormvariate(0, spread) for _ in range(boots)]
        return Samples(
            RATE,
            tuple(tuple(b * rng.lognormvariate(0, spread / 4) for _ in range(8)) for b in luck),
        )

    return compare(side(1e5), side(1e5 * (1 + effect))).verdict


def test_without_a_difference_it_rarely_says_that_there_is_one() -> None:
    # At 95 % confidence at most 1 in 20; the threshold makes it rarer.
    runs = [simulate(seed, boots=6, spread=0.08, effect=0.0) for seed in range(400)]
    wrong = sum(v in (Speed.FASTER, Speed.SLOWER) for v in runs)
    assert wrong <= 400 * 0.05


def test_with_a_large_difference_it_says_so_and_never_the_opposite() -> None:
    runs = [simulate(seed, boots=8, spread=0.05, effect=-0.25) for seed in range(200)]
    assert runs.count(Speed.FASTER) == 0
    assert runs.count(Speed.SLOWER) >= 190


def test_the_threshold_in_the_answer_is_the_one_that_was_used() -> None:
    base = path(3000)
    assert compare(base, base).threshold == THRESHOLD[Mode.DETERMINISTIC]
    assert compare(base, base, threshold=0.5).threshold == 0.5
    assert compare(base, replace(path(3400)), threshold=0.5).verdict is Speed.SAME
