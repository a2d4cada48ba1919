# SPDX-License-Identifier: GPL-2.0-or-later
"""Our suites on a kernel that nobody touched: whatever they say there is a false accusation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.boot.conftest import Silent
from vreview.adapters.boot.virtme import VirtmeBackend
from vreview.adapters.proc import run
from vreview.adapters.suites.ours import OURS
from vreview.adapters.suites.program import ProgramSuite
from vreview.model.kernel import Kernel
from vreview.model.trial import BootState, CaseState

pytestmark = pytest.mark.boot

# Skips are for what a config lacks. These run on the test profile: with what they need gone,
# everything would be skipped, and this test as happy as before.
MUST_RUN = {
    "vhost": {"tx-many", "rx-many", "broken-ring-unmapped", "ring-storm"},
    "vsock": {"socket-refuses", "device-addresses", "stream-guest-connects", "stream-killed"},
    "vfio": {"map-counts", "huge-whole", "dma-small", "dma-huge", "end-killed"},
    "tun": {"device-queues", "packet-both-ways", "packet-in-fragments", "net-namespace-ends"},
    "mm": {"map-moves", "advice-merges", "huge-file-cut", "huge-splits", "fault-user-faults"},
    "syscalls": {"file-bad-pointers", "event-epoll", "process-traces", "ring-requests"},
}


@pytest.mark.parametrize(
    "suite", [s() for s in OURS if issubclass(s, ProgramSuite)], ids=lambda suite: suite.name
)
def test_an_innocent_kernel_is_not_accused(
    suite: ProgramSuite, test_kernel: Kernel, tmp_path: Path
) -> None:
    job = suite.prepare(tmp_path / "job")
    console = tmp_path / "console.log"
    done = VirtmeBackend().run(test_kernel, job, console=console, observer=Silent())
    cases = suite.read(done.output)
    planned = run((job.command[0], "list")).text.split()

    assert [case.name for case in cases] == planned
    bad = [case for case in cases if case.state not in (CaseState.PASSED, CaseState.SKIPPED)]
    assert bad == []
    assert done.booted.state is BootState.DONE
    assert done.booted.exit_status == 0
    assert done.booted.splats == ()

    passed = {case.name for case in cases if case.state is CaseState.PASSED}
    assert MUST_RUN[suite.name] <= passed
    # Each case is announced in the kernel log, so that a splat there can be told whose it is.
    said = console.read_text(errors="replace")
    assert [name for name in planned if f"{suite.name}-test: {name}" not in said] == []
