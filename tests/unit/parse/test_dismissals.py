# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of dismissed findings says what it says, or why it cannot be read."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vreview.errors import ConfigError
from vreview.model.review import Dismissal
from vreview.parse.dismissals import HEAD, dismissals, entry

ID = "0123456789abcdef0123"
TEXT = f"""
[[dismissed]]
id = "{ID}"
reason = "its caller negates it"
until = 2030-01-31
"""


def test_an_entry_is_read() -> None:
    assert dismissals(TEXT, source="x") == (
        Dismissal(ID, "its caller negates it", date(2030, 1, 31)),
    )


def test_an_empty_file_dismisses_nothing() -> None:
    assert dismissals("", source="x") == dismissals(HEAD, source="x") == ()


@given(
    st.text(min_size=1).filter(str.strip),
    st.text(),
    st.none() | st.dates(min_value=date(2000, 1, 1)),
)
def test_what_is_written_is_read(reason: str, what: str, until: date | None) -> None:
    one = Dismissal(ID, reason, until, what)
    assert dismissals(HEAD + entry(one) + entry(one), source="x") == (one, one)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (ID, "0123", "entry 1: id must be a finding's id, 20 hex digits, not '0123'"),
        ('reason = "its caller negates it"\n', "", "entry 1: reason must say why, not None"),
        ("its caller negates it", "  ", "entry 1: reason must say why"),
        ("2030-01-31", '"2030-01-31"', "entry 1: until must be a date"),
        ("2030-01-31", "2030-01-31T10:00:00", "entry 1: until must be a date"),
        ("until", "till", "entry 1: there is no key 'till'"),
        ("until = 2030-01-31", "what = 3", "entry 1: what must be a text"),
        ("[[dismissed]]", "[[dismiss]]", "there is no key 'dismiss'"),
        ("[[dismissed]]", "[dismissed]", "entries are tables"),
        ("2030-01-31", "2030-02-31", "cannot read team.toml"),
    ],
)
def test_a_file_that_says_nonsense_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(complaint)) as refused:
        dismissals(TEXT.replace(old, new), source="team.toml")
    assert "team.toml" in str(refused.value)
