# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite that every kernel must pass: mounts, processes, files, memory, loopback.

The tests themselves are in vreview/guest/smoke.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vreview.adapters.suites.guestbin import guest_program
from vreview.model.trial import Case
from vreview.parse.ktap import parse_ktap
from vreview.ports import Deadlines, GuestJob


class SmokeSuite:
    """ports.TestSuite. ``cache`` is vreview's cache folder, where the program is kept."""

    name = "smoke"

    def __init__(self, *, cache: Path | None = None, cc: str = "gcc") -> None:
        self._cache = cache
        self._cc = cc

    def wanted(self, touched: Sequence[str]) -> bool:  # noqa: ARG002
        """Always: whatever a series touches, the kernel must still do this."""
        return True

    def prepare(self, folder: Path) -> GuestJob:
        program = guest_program("smoke", folder=folder, cache=self._cache, cc=self._cc)
        # 16 cases with 20 s each at most, though all of them together take less than two.
        return GuestJob((str(program),), folder, deadlines=Deadlines(command=360.0))

    def read(self, output: str) -> tuple[Case, ...]:
        return parse_ktap(output, suite=self.name)
