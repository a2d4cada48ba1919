# SPDX-License-Identifier: GPL-2.0-or-later
"""Subjects of the commonest form are read without b4, and b4 would have said the same."""

from __future__ import annotations

import b4
import pytest

from vreview.parse.mail import b4rules
from vreview.parse.mail.b4rules import read_subject

PLAIN = [
    f"[PATCH{version}{count}] {title}"
    for version in ("", " v2", " v13")
    for count in ("", " 0/3", " 1/3", " 02/12", " 12/12", " 4/3")
    for title in ("net: fix a leak", 'Revert "x: y"', "a", "mm/slub: v2 of it, 3/4 done")
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_subjects_are_read_as_b4_reads_them(text: str) -> None:
    assert b4rules._PLAIN.fullmatch(text)
    mine, theirs = read_subject(text), b4.LoreSubject(text)
    assert (mine.version, mine.n) == (int(theirs.revision), int(theirs.counter))
    assert mine.total == max(int(theirs.counter), int(theirs.expected))
    assert mine.counted is not theirs.counters_inferred
    assert mine.versioned is not theirs.revision_inferred
    assert mine.reply == bool(theirs.reply)


@pytest.mark.parametrize(
    "text",
    ["Re: [PATCH] x", "[PATCH net v2] x", "[PATCHv2] x", "[RFC PATCH 1/2] x", "[PATCH] [v2] x",
     "[PATCH] Re: x", "PATCH x", "[PATCH v2 1/x] y"],
)  # fmt: skip
def test_others_are_left_to_b4(text: str) -> None:
    assert not b4rules._PLAIN.fullmatch(text)
