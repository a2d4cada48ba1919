# SPDX-License-Identifier: GPL-2.0-or-later
"""Tells a guest that ended from one that something outside of it ended.

A QEMU that is killed looks like a kernel that stopped in the middle of a test; it says nothing
about the kernel. Such a boot is repeated, once: what came out of the second is the answer. A guest
whose memory ran out is given twice as much, once: a leak fills that, too. A guest that idles before
user space is looked at twice.
"""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

from vreview.adapters.boot.watch import Phase, Watched
from vreview.errors import GuestLost
from vreview.model.bench import Mode
from vreview.model.kernel import Kernel
from vreview.model.trial import BootState
from vreview.ports import BootBackend, GuestJob, GuestRun, Observer

_OOM_HINT = "give the host more memory, or run fewer guests and compilers at once: -c jobs=1"
_HINT = "dmesg says whether the host was out of memory, df -h whether a disk is full"


def raise_if_lost(seen: Watched, qemu_status: int | None, *, console: Path) -> None:
    """Raises GuestLost when the guest was ended neither by itself nor by the watcher.

    ``qemu_status`` is negative, or 128 and more, for a signal; None when QEMU left no word.
    """
    if seen.process_status is None:  # by the watcher
        return
    number = _signal(qemu_status) or max(-seen.process_status, 0)
    if not number and qemu_status is not None:
        return
    how = f"was ended by signal {number} ({_name(number)})" if number else "ended without a word"
    oom = ", and the host's out-of-memory killer was at work" if seen.oom_kills else ""
    raise GuestLost(
        f"QEMU {how} from outside, in the phase {seen.phase.value!r}{oom}:"
        f" this says nothing about the kernel; its console so far: {console}",
        hint=_OOM_HINT if seen.oom_kills else _HINT,
    )


def _signal(status: int | None) -> int:
    """The number of the signal in a status of Popen's or of a shell's; 0 for none."""
    if status is None:
        return 0
    return max(-status, status - 128, 0)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"


class Repeated:
    """ports.BootBackend: a boot that was lost, or ran out of memory, is repeated once; the result
    says so."""

    def __init__(self, backend: BootBackend) -> None:
        self._backend = backend

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        """As the backend's. Raises GuestLost when the second boot was lost, too."""
        done = self._sure(kernel, job, console=console, observer=observer)
        if not _ran_out(done) or job.mode is Mode.DETERMINISTIC:
            return done
        larger = replace(job, memory_mib=2 * job.memory_mib)
        sizes = f"{job.memory_mib} MiB of memory, and {larger.memory_mib}"
        again = console.with_name(f"{console.stem}-larger{console.suffix}")
        try:
            second = self._run(kernel, larger, console=again, observer=observer)
        except GuestLost as err:
            how = str(err).partition(":")[0]
            return _remarked(done, f"the guest ran out of memory; with more of it {how}")
        if _ran_out(second):
            return _remarked(done, f"the guest ran out of {sizes}: it is not for want of room")
        return _remarked(
            second,
            f"{job.memory_mib} MiB were too little for this: it was repeated with twice",
        )

    def _run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        try:
            return self._backend.run(kernel, job, console=console, observer=observer)
        except GuestLost as err:
            lost = str(err).partition(":")[0]
        done = self._backend.run(kernel, job, console=console, observer=observer)
        return _remarked(done, f"the boot was repeated: in the first one {lost}")

    def _sure(
        self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer
    ) -> GuestRun:
        """A guest that idles on its way to user space, without a word, may have lost its timer: on
        a busy host that happens to emulated processors. Such a hang counts when it comes again."""
        done = self._run(kernel, job, console=console, observer=observer)
        if not _idled(done):
            return done
        again = console.with_name(f"{console.stem}-again{console.suffix}")
        second = self._run(kernel, job, console=again, observer=observer)
        if second.booted.state is BootState.HANG:
            return _remarked(done, f"a second boot hung, too ({again})")
        how = f"a first boot stood still with idle processors ({console})"
        return _remarked(second, f"{how}, and this one did not")


def _idled(done: GuestRun) -> bool:
    """A hang before the job with nothing to blame: no report, no processor busy in the kernel."""
    booted = done.booted
    early = all(
        phase not in (Phase.COMMAND.value, Phase.POWER_OFF.value) for phase, _ in booted.phase_s
    )
    return booted.state is BootState.HANG and early and not booted.splats


def _ran_out(done: GuestRun) -> bool:
    """The whole guest's memory, not that of a memory cgroup."""
    return any(splat.kind in ("oom", "panic-oom") for splat in done.booted.splats)


def _remarked(done: GuestRun, sentence: str) -> GuestRun:
    booted = replace(done.booted, remarks=(*done.booted.remarks, sentence))
    return replace(done, booted=booted)
