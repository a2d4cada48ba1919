# SPDX-License-Identifier: GPL-2.0-or-later
"""What ``vreview test`` prints of a suite's run."""

from __future__ import annotations

from pathlib import Path

from vreview.app.boot import SuiteRun
from vreview.cli.boot import _lines
from vreview.model.trial import Booted, BootState, Case, CaseState

BOOTED = Booted(BootState.DONE, (), Path("/runs/console.log"), "tcg", (("command", 2.5),))


def test_a_failed_case_and_a_skipped_one_are_named_with_their_reason() -> None:
    cases = (
        Case("mm", "map-moves", CaseState.PASSED),
        Case("mm", "fault-memory-limit", CaseState.SKIPPED, "no memory controller"),
        Case("mm", "map-holes", CaseState.FAILED, "page 3 holds 7"),
    )
    lines = _lines(SuiteRun("mm", BOOTED, cases))
    assert lines == [
        "mm: done after 2.5 s (tcg)",
        "  1 failed, 1 skipped, 1 passed",
        "  failed: map-holes: page 3 holds 7",
        "  skipped: fault-memory-limit: no memory controller",
        "  console: /runs/console.log",
    ]


def test_of_many_skipped_cases_some_are_named_and_all_counted() -> None:
    cases = tuple(Case("k", f"case-{n}", CaseState.SKIPPED, "off") for n in range(50))
    lines = _lines(SuiteRun("k", BOOTED, cases))
    assert "  50 skipped" in lines
    assert sum(line.startswith("  skipped: ") for line in lines) == 20
    assert "  and 30 more skipped" in lines
