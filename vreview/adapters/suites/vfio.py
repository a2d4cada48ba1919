# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite that maps memory for a device which user space has got through vfio.

The tests themselves are in vreview/guest/vfio.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vreview.adapters.suites.program import ProgramSuite
from vreview.ports import GuestJob, Hardware


class VfioSuite(ProgramSuite):
    name = "vfio"

    def prepare(self, folder: Path) -> GuestJob:
        """With QEMU's edu device behind an IOMMU; the program binds it and gets huge pages."""
        hardware = frozenset({Hardware.IOMMU, Hardware.EDU})
        return replace(super().prepare(folder), hardware=hardware)
