# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite for a process and its memory: mappings, faults, forks, huge pages, limits.

The tests themselves are in vreview/guest/mm.
"""

from __future__ import annotations

from vreview.adapters.suites.program import ProgramSuite


class MmSuite(ProgramSuite):
    name = "mm"
