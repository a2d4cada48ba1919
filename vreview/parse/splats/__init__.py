# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of splats: what the kernel prints when something is wrong, a row each.

A new splat is a row here and a log in tests/golden/console. The titles are those that syzbot
gives, so that a search on the list finds the same bug. Nothing here reads a log.
"""

from __future__ import annotations

from vreview.parse.splats import faults, locks, memory, panics, stalls
from vreview.parse.splats.panics import BENIGN, CONSEQUENCES
from vreview.parse.splats.passing import HELPERS
from vreview.parse.splats.row import PANICS, Ends, Row

ROWS: tuple[Row, ...] = (
    *memory.ROWS,
    *faults.ROWS,
    *locks.ROWS,
    *stalls.ROWS,
    *panics.ROWS,
)
"""In the order of trial: the first row that matches a line names it."""

__all__ = ["BENIGN", "CONSEQUENCES", "HELPERS", "PANICS", "ROWS", "Ends", "Row"]
