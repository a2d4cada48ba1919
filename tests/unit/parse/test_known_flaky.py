# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of known flaky tests: nothing is silenced without reason, link and end."""

from __future__ import annotations

import re
from datetime import date

import pytest

from vreview.errors import ConfigError
from vreview.model.flaky import KnownFlaky
from vreview.parse.flaky import known_flaky

TEXT = """
[[flaky]]
suite = "kselftest"
case = "timers.*"
reason = "its slack is too small for TCG"
link = "https://lore.kernel.org/r/1@example.org"
until = 2030-01-31
"""


def test_an_entry_is_read() -> None:
    assert known_flaky(TEXT, source="team.toml") == (
        KnownFlaky(
            "kselftest",
            "timers.*",
            "its slack is too small for TCG",
            "https://lore.kernel.org/r/1@example.org",
            date(2030, 1, 31),
            "team.toml",
        ),
    )
    assert known_flaky("", source="team.toml") == ()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('reason = "its slack is too small for TCG"\n', "", "entry 1: reason must say why"),
        ("its slack is too small for TCG", " ", "entry 1: reason must say why"),
        ('link = "https://lore.kernel.org/r/1@example.org"\n', "", "entry 1: link must be an addr"),
        ("https://lore.kernel.org/r/1@example.org", "ask Ada", "entry 1: link must be an address"),
        ("until = 2030-01-31\n", "", "entry 1: until must be the last day on which it counts"),
        ("2030-01-31", '"2030-01-31"', "entry 1: until must be the last day"),
        ("2030-01-31", "2030-01-31T10:00:00", "entry 1: until must be the last day"),
        ("2030-01-31", "2030-02-31", "cannot read team.toml"),
        ('case = "timers.*"\n', "", "entry 1: case must name a test case"),
        ('suite = "kselftest"', "suite = 3", "entry 1: suite must name a suite"),
        ("until", "till", "entry 1: there is no key 'till'"),
        ("[[flaky]]", "[[flacky]]", "there is no key 'flacky'"),
        ("[[flaky]]", "[flaky]", "entries are tables"),
    ],
)
def test_an_entry_that_lacks_something_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(complaint)) as caught:
        known_flaky(TEXT.replace(old, new), source="team.toml")
    assert "team.toml" in str(caught.value)
