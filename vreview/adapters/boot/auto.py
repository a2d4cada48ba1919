# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots with the accelerator that really boots, found out with the first kernel at hand."""

from __future__ import annotations

import threading
from pathlib import Path

from vreview.adapters.boot.accelerator import probe
from vreview.adapters.boot.virtme import VirtmeBackend
from vreview.model.kernel import Kernel
from vreview.ports import GuestJob, GuestRun, Observer


class AutoBackend:
    """ports.BootBackend; the probe's answer is kept under ``cache``."""

    def __init__(self, *, cache: Path) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._chosen: VirtmeBackend | None = None

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        """As VirtmeBackend.run."""
        with self._lock:  # two sides boot at once; one probe is enough
            if self._chosen is None:
                found = probe(cache=self._cache, kernel=kernel.image)
                self._chosen = VirtmeBackend(accelerator=found.name)
        return self._chosen.run(kernel, job, console=console, observer=observer)
