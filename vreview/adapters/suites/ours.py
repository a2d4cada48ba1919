# SPDX-License-Identifier: GPL-2.0-or-later
"""The suites that come with vreview, in the order in which they run. docs/suites.md tells more."""

from __future__ import annotations

from vreview.adapters.suites.mm import MmSuite
from vreview.adapters.suites.program import ProgramSuite
from vreview.adapters.suites.smoke import SmokeSuite
from vreview.adapters.suites.syscalls import SyscallsSuite
from vreview.adapters.suites.tun import TunSuite
from vreview.adapters.suites.vfio import VfioSuite
from vreview.adapters.suites.vhost import VhostSuite
from vreview.adapters.suites.vsock import VsockSuite

OURS: tuple[type[SmokeSuite] | type[ProgramSuite], ...] = (
    SmokeSuite,
    VhostSuite,
    VsockSuite,
    VfioSuite,
    TunSuite,
    MmSuite,
    SyscallsSuite,
)
