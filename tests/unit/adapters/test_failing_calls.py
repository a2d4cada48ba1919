# SPDX-License-Identifier: GPL-2.0-or-later
"""The job that drives a suite's cases, and what is read of what it leaves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from vreview.adapters.suites.inject import KEEP, FailingCalls
from vreview.adapters.suites.smoke import SmokeSuite
from vreview.adapters.suites.vhost import VhostSuite
from vreview.model.trial import CaseState
from vreview.ports import GuestJob


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> GuestJob:
    folder = tmp_path_factory.mktemp("guest")
    return FailingCalls().prepare(VhostSuite(), ("one", "two"), folder, seconds=90)


def test_each_case_is_a_line_with_its_own_command(job: GuestJob) -> None:
    program = job.folder / "vhost"
    assert (job.folder / "inject.cases").read_text().splitlines() == [
        f"one\t{program}\ttest\t--only\tone",
        f"two\t{program}\ttest\t--only\ttwo",
    ]


def test_the_job_has_time_beside_its_own_limit_and_brings_the_counters_back(job: GuestJob) -> None:
    assert job.command[0] == str(job.folder / "inject")
    assert "90" in job.command
    assert job.deadlines.command > 90
    assert job.collect == (KEEP,)
    assert job.after == ()


def test_a_kernel_that_can_make_nothing_fail_skips_every_case(job: GuestJob) -> None:
    """The program itself, on this machine: there is no /proc/self/fail-nth here."""
    if Path("/proc/self/fail-nth").exists():
        pytest.skip("this machine's kernel has fault injection")
    done = subprocess.run(job.command, capture_output=True, text=True, check=True)
    cases = FailingCalls().read(VhostSuite(), done.stdout)
    assert [(case.name, case.state) for case in cases] == [
        ("one", CaseState.SKIPPED),
        ("two", CaseState.SKIPPED),
    ]
    assert {case.suite for case in cases} == {"vhost-inject"}


def test_wrong_words_are_refused(job: GuestJob) -> None:
    done = subprocess.run((job.command[0], "--nonsense"), capture_output=True, check=False)
    assert done.returncode == 2


def test_the_counters_by_run_in_the_runs_order() -> None:
    path = "/sys/kernel/debug/gcov/x/y.gcda"
    files = (
        (f"{KEEP}/12{path}", b"c"),
        (f"{KEEP}/3{path}", b"a"),
        (f"{KEEP}/12/sys/other.gcda", b"d"),
        (path, b"e"),
        (f"{KEEP}/x{path}", b"f"),
    )
    assert list(FailingCalls().kept(files)) == [
        (3, ((path, b"a"),)),
        (12, ((path, b"c"), ("/sys/other.gcda", b"d"))),
    ]


def test_suites_with_programs_are_taken() -> None:
    assert FailingCalls().takes(SmokeSuite())
    assert FailingCalls().takes(VhostSuite())
