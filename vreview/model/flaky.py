# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests that are known to fail now and then, whatever a series does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class KnownFlaky:
    """Somebody's word that a test is flaky, until a day.

    ``case`` is a shell pattern ("timers.*"); ``link`` is where the flakiness is written up;
    ``until`` the last day on which the entry counts; ``source`` the file that holds it.
    """

    suite: str
    case: str
    reason: str
    link: str
    until: date
    source: str = ""

    def __str__(self) -> str:
        return f"{self.suite}:{self.case}"
