# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots with the accelerator that really boots, found out with the first kernel at hand."""

from __future__ import annotations

import threading
from pathlib import Path

from vreview.adapters.boot.accelerator import probe
from vreview.adapters.boot.qemu import QemuBackend
from vreview.adapters.boot.virtme import VirtmeBackend
from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.model.kernel import Kernel
from vreview.ports import GuestJob, GuestRun, Observer


class AutoBackend:
    """ports.BootBackend; the probe's answer is kept under ``cache``. With a confinement that is
    strict, no kernel of a stranger's is booted to find out, and none gets a folder of the host's.
    """

    def __init__(self, *, cache: Path, confinement: Confinement = UNCONFINED) -> None:
        self._cache = cache
        self._confinement = confinement
        self._lock = threading.Lock()
        self._chosen: VirtmeBackend | QemuBackend | None = None

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        """As VirtmeBackend.run."""
        with self._lock:  # two sides boot at once; one probe is enough
            if self._chosen is None:
                self._chosen = self._choice(kernel)
        return self._chosen.run(kernel, job, console=console, observer=observer)

    def _choice(self, kernel: Kernel) -> VirtmeBackend | QemuBackend:
        if self._confinement.strict:
            found = probe(cache=self._cache)
            return QemuBackend(accelerator=found.name, confinement=self._confinement)
        return VirtmeBackend(accelerator=probe(cache=self._cache, kernel=kernel.image).name)
