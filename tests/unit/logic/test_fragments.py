# SPDX-License-Identifier: GPL-2.0-or-later
"""Fragments merged; asked against got."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vreview.logic.fragments import asked_vs_got, merge, render
from vreview.model.kernel import Dropped, Fragment
from vreview.parse.kconfig import parse_config

_SYMBOLS = st.sampled_from(["A", "B", "C", "D"])
_FRAGMENTS = st.lists(
    st.dictionaries(_SYMBOLS, st.sampled_from(["y", "n", "m", "7", '"s"']), max_size=4), max_size=4
).map(lambda each: [Fragment(f"f{n}", tuple(asks.items())) for n, asks in enumerate(each)])


def test_a_later_fragment_overrides_an_earlier_one() -> None:
    merged = merge((Fragment("a", (("X", "y"), ("Y", "y"))), Fragment("b", (("X", "n"),))))
    assert merged == (Fragment("a", (("Y", "y"),)), Fragment("b", (("X", "n"),)))


def test_a_dropped_option_is_named_with_its_fragment() -> None:
    asked = (Fragment("a", (("X", "y"), ("GONE", "y"), ("OFF", "n"), ("NAME", '""'))),)
    got = parse_config("CONFIG_X=m\n# CONFIG_OFF is not set\n")
    assert asked_vs_got(asked, got) == (
        Dropped("X", "y", "m", "a"),
        Dropped("GONE", "y", "n", "a"),
    )


@given(_FRAGMENTS)
def test_a_config_that_says_what_was_asked_drops_nothing(fragments: list[Fragment]) -> None:
    assert asked_vs_got(fragments, parse_config(render(fragments))) == ()


@given(_FRAGMENTS)
def test_merging_keeps_each_option_once_with_its_last_value(fragments: list[Fragment]) -> None:
    last = {symbol: value for f in fragments for symbol, value in f.asks}
    kept = [ask for f in merge(fragments) for ask in f.asks]
    assert sorted(kept) == sorted(last.items())
