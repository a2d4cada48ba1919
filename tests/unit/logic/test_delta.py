# SPDX-License-Identifier: GPL-2.0-or-later
"""The delta conserves counts, is symmetric, and never turns not knowing into good news."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from logic_samples import RELAXED, seen

from vreview.logic.delta import delta, merged, with_moves_settled
from vreview.model.observation import Observation
from vreview.model.review import Delta

_SIDES = st.lists(
    st.builds(
        lambda subject, line: seen(subject, line=line, sources=(f"{subject};",)),
        st.sampled_from("abc"),
        st.integers(1, 3),
    ),
    max_size=7,
)


def _prints(observations: tuple[Observation, ...] | list[Observation]) -> Counter[str]:
    return Counter(o.fingerprint for o in observations)


@RELAXED
@given(base=_SIDES, tip=_SIDES)
def test_delta_conserves_counts(base: list[Observation], tip: list[Observation]) -> None:
    result = delta(base, tip)
    assert _prints(result.new) + _prints(result.persisting) == _prints(tip)
    assert _prints(result.fixed) + _prints(result.persisting) == _prints(base)
    assert Counter(result.new) + Counter(result.persisting) == Counter(tip)
    assert not Counter(result.fixed) - Counter(base)
    assert result.unknown == ()


@RELAXED
@given(base=_SIDES, tip=_SIDES)
def test_swapping_the_sides_swaps_new_and_fixed(
    base: list[Observation], tip: list[Observation]
) -> None:
    there, back = delta(base, tip), delta(tip, base)
    assert _prints(there.new) == _prints(back.fixed)
    assert _prints(there.fixed) == _prints(back.new)
    assert _prints(there.persisting) == _prints(back.persisting)


@RELAXED
@given(
    base=_SIDES, tip=_SIDES, reached=st.sampled_from([(False, True), (True, False), (False,) * 2])
)
def test_a_side_that_was_not_reached_decides_nothing_alone(
    base: list[Observation], tip: list[Observation], reached: tuple[bool, bool]
) -> None:
    full = delta(base, tip)
    result = delta(base, tip, base_reached=reached[0], tip_reached=reached[1])
    assert result.persisting == full.persisting
    assert result.new == (full.new if reached[0] else ())
    assert result.fixed == (full.fixed if reached[1] else ())
    unsure = Counter(() if reached[0] else full.new) + Counter(() if reached[1] else full.fixed)
    assert Counter(result.unknown) == unsure


@RELAXED
@given(base=_SIDES, tip=_SIDES)
def test_merging_conserves_counts(base: list[Observation], tip: list[Observation]) -> None:
    one, other = delta(base, tip), delta(tip, base)
    both = merged([one, other])
    assert Counter(both.new) == Counter(one.new) + Counter(other.new)
    assert Counter(both.fixed) == Counter(one.fixed) + Counter(other.fixed)


@RELAXED
@given(base=_SIDES, tip=_SIDES)
def test_settling_moves_loses_nothing_of_the_tip(
    base: list[Observation], tip: list[Observation]
) -> None:
    elsewhere = [seen(o.subject, function="demo_remove", sources=(f"{o.subject};",)) for o in tip]
    before = delta(base, elsewhere)
    after = with_moves_settled(before)
    assert Counter(after.new) + Counter(after.persisting) == Counter(elsewhere)
    assert len(before.fixed) - len(after.fixed) == len(after.persisting) - len(before.persisting)


def test_of_several_equal_ones_the_first_are_the_old_ones() -> None:
    old, added = seen(line=5), seen(line=50)
    assert delta([seen(line=4)], [old, added]) == Delta(new=(added,), persisting=(old,))


def test_a_renamed_function_takes_its_observation_along() -> None:
    gone = seen(function="old_name", line=10, sources=("\tmutex_lock(&a->lock);",))
    there = seen(function="new_name", line=90, sources=("mutex_lock(&a->lock);",))
    settled = with_moves_settled(delta([gone], [there]))
    assert settled == Delta(persisting=(there,))


def test_other_source_lines_are_no_move() -> None:
    gone = seen(function="old_name", sources=("mutex_lock(&a->lock);",))
    there = seen(function="new_name", sources=("mutex_lock(&b->lock);",))
    assert with_moves_settled(delta([gone], [there])).new == (there,)


def test_without_source_nothing_is_taken_for_a_move() -> None:
    compared = delta([seen(function="old_name")], [seen(function="new_name")])
    assert with_moves_settled(compared) == compared


def test_merged_deltas_keep_their_bins() -> None:
    one, two = Delta(new=(seen("a"),)), Delta(new=(seen("b"),), unknown=(seen("c"),))
    assert merged([one, two]) == Delta(new=(seen("a"), seen("b")), unknown=(seen("c"),))
