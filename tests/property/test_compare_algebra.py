# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold for any samples: mirror, scale, and nothing from nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vreview.logic.compare import compare
from vreview.model.bench import Better, Metric, Mode, Samples, Speed

MIRROR = {
    Speed.FASTER: Speed.SLOWER,
    Speed.SLOWER: Speed.FASTER,
    Speed.SAME: Speed.SAME,
    Speed.CANNOT_TELL: Speed.CANNOT_TELL,
}
METRICS = [Metric("m", "u", better, mode) for better in Better for mode in Mode]
VALUE = st.floats(min_value=100.0, max_value=130.0)


def samples(metric: Metric) -> st.SearchStrategy[Samples]:
    group = st.lists(VALUE, min_size=10, max_size=12).map(tuple)
    return st.lists(group, min_size=1, max_size=7).map(lambda g: Samples(metric, tuple(g)))


@st.composite
def sides(draw: st.DrawFn) -> tuple[Samples, Samples]:
    metric = draw(st.sampled_from(METRICS))
    return draw(samples(metric)), draw(samples(metric))


@given(sides())
def test_swapped_sides_mirror_the_answer(both: tuple[Samples, Samples]) -> None:
    there, back = compare(*both), compare(*reversed(both))
    assert back.verdict is MIRROR[there.verdict]
    if there.shift is not None:
        assert back.shift is not None
        assert (1 + there.shift) * (1 + back.shift) == pytest.approx(1)


@given(sides())
def test_the_other_direction_of_better_swaps_faster_and_slower(
    both: tuple[Samples, Samples],
) -> None:
    metric = both[0].metric
    other = Better.LOWER if metric.better is Better.HIGHER else Better.HIGHER
    turned = Metric(metric.name, metric.unit, other, metric.mode)
    again = compare(*(Samples(turned, side.boots) for side in both))
    assert again.verdict is MIRROR[compare(*both).verdict]


@given(sides())
def test_a_kernel_is_never_faster_or_slower_than_itself(both: tuple[Samples, Samples]) -> None:
    one, _ = both
    assert compare(one, one).verdict in (Speed.SAME, Speed.CANNOT_TELL)


@given(sides(), st.sampled_from([2.0**k for k in (-20, -3, 1, 10)]))
def test_the_unit_does_not_matter(both: tuple[Samples, Samples], factor: float) -> None:
    before = compare(*both)
    after = compare(
        *(Samples(s.metric, tuple(tuple(v * factor for v in g) for g in s.boots)) for s in both)
    )
    if before.shift is None:
        assert after.shift is None
    else:
        assert after.shift == pytest.approx(before.shift, abs=1e-9)


@given(sides())
def test_the_shift_lies_in_its_interval(both: tuple[Samples, Samples]) -> None:
    found = compare(*both)
    if found.shift is not None:
        assert found.low is not None
        assert found.high is not None
        assert found.low - 1e-12 <= found.shift <= found.high + 1e-12
