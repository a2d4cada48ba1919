# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of known flaky tests are remarks, until their entry ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from vreview.logic.flaky import without_known_flaky
from vreview.logic.observe import case_observations
from vreview.model.flaky import KnownFlaky
from vreview.model.observation import Origin
from vreview.model.review import Finding, Settled
from vreview.model.trial import Case, CaseState

TODAY = date(2026, 11, 28)
ENTRY = KnownFlaky(
    "kselftest", "timers.*", "too little slack", "https://x.org/1", date(2026, 11, 28), "f.toml"
)


def _finding(suite: str, name: str) -> Finding:
    (seen,) = case_observations([Case(suite, name, CaseState.FAILED)])
    return Finding(seen)


HIT = _finding("kselftest", "timers.nsleep-lat")


def test_a_match_is_a_remark_with_reason_link_and_end() -> None:
    told = without_known_flaky(Settled((HIT,)), flaky=[ENTRY], today=TODAY)
    assert told.findings == ()
    assert told.remarks == (
        "test kselftest:timers.nsleep-lat failed, which is known to be flaky until 2026-11-28:"
        " too little slack (https://x.org/1)",
    )


def test_an_entry_that_has_ended_does_not_count_and_is_said() -> None:
    ended = replace(ENTRY, until=date(2026, 11, 27))
    told = without_known_flaky(Settled((HIT,)), flaky=[ended], today=TODAY)
    assert [f.notes for f in told.findings] == [
        ("was known to be flaky until 2026-11-27: too little slack",)
    ]
    assert told.remarks == ("the entry for kselftest:timers.* in f.toml ended on 2026-11-27",)


def test_other_suites_other_cases_and_splats_stand() -> None:
    splat = replace(HIT, observation=replace(HIT.observation, origin=Origin.CONSOLE))
    others = (_finding("vhost", "timers.x"), _finding("kselftest", "size.get_size"), splat)
    assert without_known_flaky(Settled(others), flaky=[ENTRY], today=TODAY).findings == others
