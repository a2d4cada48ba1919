# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from vreview.logic.observe import boot_observation, case_observations
from vreview.model.trial import Booted, BootState, Case, CaseState


def _cases(*states: CaseState) -> list[Case]:
    return [Case("net", f"case-{n}", state) for n, state in enumerate(states)]


def test_only_what_went_wrong_is_observed() -> None:
    seen = case_observations(
        _cases(CaseState.PASSED, CaseState.FAILED, CaseState.SKIPPED, CaseState.CRASHED)
    )
    assert [(o.rule, o.subject) for o in seen] == [
        ("test-failed", "case-1"),
        ("test-crashed", "case-3"),
    ]


def test_a_guest_that_died_is_one_observation_whatever_it_still_had_to_do() -> None:
    short = case_observations(_cases(CaseState.FAILED, *[CaseState.CRASHED] * 4))
    long = case_observations(_cases(CaseState.PASSED, CaseState.FAILED, *[CaseState.CRASHED] * 80))
    assert [o.rule for o in short] == [o.rule for o in long] == ["test-failed", "test-crashed"]
    assert short[1].fingerprint == long[1].fingerprint
    assert "80 of 82" in long[1].message
    assert "case-2" in long[1].message


@pytest.mark.parametrize("state", list(BootState))
def test_a_boot_that_ended_well_is_no_observation(state: BootState) -> None:
    seen = boot_observation("net", Booted(state, (), Path("console"), "tcg"))
    assert (seen is None) == (state is BootState.DONE)
