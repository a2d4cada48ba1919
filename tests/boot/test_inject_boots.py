# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls that are made to fail in a real guest: error paths run that no case runs by itself."""

from __future__ import annotations

import pytest
from test_boot import Silent

from vreview.adapters.boot.virtme import VirtmeBackend
from vreview.adapters.kbuild.gcov import GcovReader
from vreview.adapters.suites.inject import FailingCalls
from vreview.adapters.suites.vhost import VhostSuite
from vreview.model.kernel import Kernel
from vreview.model.trial import BootState, CaseState
from vreview.parse.injections import parse_injections
from vreview.ports import GuestRun

pytestmark = pytest.mark.boot

CASE = "ioctl-owner-twice"


@pytest.fixture(scope="module")
def done(counting_kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> GuestRun:
    """One boot for all: the case by itself, then with each call failing that can."""
    folder = tmp_path_factory.mktemp("inject")
    job = FailingCalls().prepare(VhostSuite(), (CASE,), folder, seconds=120)
    console = folder / "console"
    return VirtmeBackend().run(counting_kernel, job, console=console, observer=Silent())


def test_failing_calls_end_the_case_and_not_the_kernel(done: GuestRun) -> None:
    assert done.booted.state is BootState.DONE, done.booted.why
    assert done.booted.splats == ()
    (case,) = FailingCalls().read(VhostSuite(), done.output)
    assert (case.name, case.state) == (CASE, CaseState.PASSED)


def test_each_failure_is_one_of_the_call_that_was_meant(done: GuestRun) -> None:
    console = done.booted.console.read_text(errors="replace")
    made = parse_injections(done.output, console).injections
    owner = [one for one in made if one.call == "VHOST_SET_OWNER"]
    assert [one.nth for one in owner] == list(range(1, len(owner) + 1))
    assert {"failslab"} <= {one.what for one in owner}
    assert all("vhost_net_ioctl" in one.stack for one in owner)


def test_error_paths_run_that_did_not_run_by_themselves(
    done: GuestRun, counting_kernel: Kernel
) -> None:
    ran: list[set[int]] = []
    for _, files in FailingCalls().kept(done.files):
        counts, remarks = GcovReader().read(counting_kernel, files)
        assert remarks == ()
        # A run whose failure came before vhost.c was reached sends net.c's counters alone.
        vhost = (one.lines for one in counts if one.path == "drivers/vhost/vhost.c")
        ran.append({number for lines in vhost for number, count in lines if count})
    by_itself, *with_failures = ran
    assert by_itself
    assert set().union(*with_failures) > by_itself
