# SPDX-License-Identifier: GPL-2.0-or-later
"""Dismissed findings are counted, expired ones come back, and a version is compared with the one
before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from logic_samples import seen

from vreview.logic.settle import Version, compared, settled
from vreview.model.observation import Origin
from vreview.model.review import Dismissal, Finding, Standing

TODAY = date(2026, 11, 21)


def finding(subject: str, *, line: int = 7, file: str = "drivers/demo/port.c") -> Finding:
    return Finding(seen(subject, line=line, file=file), 1)


def dismissal(subject: str, until: date | None = None, reason: str = "by design") -> Dismissal:
    return Dismissal(finding(subject).observation.fingerprint, reason, until)


def test_a_dismissed_finding_is_taken_out_and_counted() -> None:
    known = settled([finding("a"), finding("b")], dismissals=[dismissal("a")], today=TODAY)
    assert [f.observation.subject for f in known.findings] == ["b"]
    (one,) = known.dismissed
    assert (one.finding.observation.subject, one.dismissal.reason) == ("a", "by design")


def test_a_dismissal_follows_moved_code() -> None:
    moved = [finding("a", line=4711)]
    assert settled(moved, dismissals=[dismissal("a")], today=TODAY).findings == ()


@pytest.mark.parametrize(
    ("until", "counts"),
    [
        (date(2026, 11, 20), False),
        (date(2026, 11, 21), True),
        (date(2026, 11, 22), True),
        (None, True),
    ],
)
def test_a_dismissal_counts_up_to_its_last_day(until: date | None, counts: bool) -> None:
    known = settled([finding("a")], dismissals=[dismissal("a", until)], today=TODAY)
    assert (len(known.dismissed), len(known.findings)) == ((1, 0) if counts else (0, 1))


def test_what_comes_back_says_so() -> None:
    ended = dismissal("a", date(2026, 1, 31))
    (back,) = settled([finding("a")], dismissals=[ended], today=TODAY).findings
    assert back.notes == ("its dismissal ended on 2026-01-31: by design",)


def test_the_last_dismissal_of_a_finding_counts() -> None:
    first, second = dismissal("a", date(2026, 1, 31)), dismissal("a", reason="still so")
    known = settled([finding("a")], dismissals=[first, second], today=TODAY)
    assert [one.dismissal.reason for one in known.dismissed] == ["still so"]


def version(number: int, *findings: Finding, whole: bool = True) -> Version:
    return Version(number, findings, whole, frozenset({"drivers/demo/port.c"}))


def notes(findings: tuple[Finding, ...]) -> list[tuple[str, Standing, tuple[str, ...]]]:
    return [(f.observation.subject, f.standing, f.notes) for f in findings]


def test_each_finding_says_since_when_it_is_there() -> None:
    before = version(1, finding("old", line=3), finding("gone"))
    known = compared(version(2, finding("old"), finding("added")), before)
    assert notes(known.findings) == [
        ("old", Standing.PERSISTS, ("persists since v1",)),
        ("added", Standing.NEW, ("new in v2",)),
    ]
    assert notes(known.addressed) == [
        ("gone", Standing.ADDRESSED, ("was in v1, gone in v2",)),
    ]


def test_a_file_that_is_no_longer_touched_is_told_apart_from_a_repair() -> None:
    before = version(1, finding("a", file="drivers/demo/left.c"))
    assert notes(compared(version(2), before).addressed) == [
        ("a", Standing.ADDRESSED, ("was in v1; v2 does not touch the file",)),
    ]


def test_of_two_equal_ones_one_may_be_new() -> None:
    now = version(2, finding("a", line=1), finding("a", line=2))
    known = compared(now, version(1, finding("a")))
    assert [f.standing for f in known.findings] == [Standing.PERSISTS, Standing.NEW]


def test_what_could_not_be_read_decides_nothing() -> None:
    unread = compared(version(2, finding("a")), version(1, finding("b"), whole=False))
    assert [f.notes for f in unread.findings] == [()]
    assert len(unread.addressed) == 1
    silent = compared(version(2, whole=False), version(1, finding("b")))
    assert silent.addressed == ()


def test_what_a_boot_shows_has_no_version_before() -> None:
    splat = Finding(replace(seen("s"), origin=Origin.CONSOLE))
    rule = finding("a")
    known = settled(
        [rule, splat], dismissals=(), today=TODAY, before=version(1), now=version(2, rule)
    )
    assert [f.notes for f in known.findings] == [("new in v2",), ()]


def test_what_was_dismissed_and_is_gone_is_not_told() -> None:
    known = settled(
        [], dismissals=[dismissal("a")], today=TODAY, before=version(1, finding("a")),
        now=version(2),
    )  # fmt: skip
    assert known.addressed == ()
