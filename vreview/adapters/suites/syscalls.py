# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite for what the common system calls promise, errno for errno.

The tests themselves are in vreview/guest/syscalls.
"""

from __future__ import annotations

from vreview.adapters.suites.program import ProgramSuite


class SyscallsSuite(ProgramSuite):
    name = "syscalls"
