# SPDX-License-Identifier: GPL-2.0-or-later
"""Which names take back which."""

from __future__ import annotations

import pytest

from vreview.analysis.verbs import ends, may_give, undoes


@pytest.mark.parametrize(
    ("acquire", "release"),
    [
        ("foo_init", "foo_exit"),
        ("foo_bar_register", "foo_bar_unregister"),
        ("foo_power_enable", "foo_power_disable"),
        ("alloc_foo", "free_foo"),
        ("foo_get_sync", "foo_put"),
        ("foo_probe", "foo_remove"),
        ("foo_runtime_resume", "foo_runtime_suspend"),
        ("foo_prepare_enable", "foo_disable_unprepare"),
    ],
)
def test_opposite_verbs_on_the_same_words_are_a_pair(acquire: str, release: str) -> None:
    assert undoes(release, acquire)
    assert not undoes(acquire, release)


@pytest.mark.parametrize(
    ("acquire", "release"),
    [
        ("foo_init", "bar_exit"),
        ("foo_init", "foo_init"),
        ("foo_rx_enable", "foo_tx_disable"),
        ("foo_read", "foo_free"),
        ("foo_start", "foo_free"),
    ],
)
def test_other_words_or_other_verbs_are_no_pair(acquire: str, release: str) -> None:
    assert not undoes(release, acquire)


def test_a_getter_of_what_the_driver_owns_gives_nothing() -> None:
    assert may_give("foo_find_bar")
    assert not may_give("foo_get_drvdata")
    assert not may_give("foo_get_irq")


def test_an_ending_is_told_by_its_word_not_by_its_letters() -> None:
    assert ends("foo_put")
    assert not ends("foo_input")
