# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots through virtme-ng, with a root of our own instead of the host's.

virtme-ng by default shares the host's whole file system with the guest and starts its udev (4 s
of a boot under TCG). For a stranger's kernel the first is too much and the second is not needed:
the guest gets busybox and the job's folder. Deterministic jobs, and kernels without a block layer,
go to ``qemu``.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

from vreview.adapters.boot import guestroot, qmp
from vreview.adapters.boot.hardware import kernel_words, qemu_options
from vreview.adapters.boot.lost import raise_if_lost
from vreview.adapters.boot.qemu import (
    HANG_ARGS,
    KERNEL_ARGS,
    QemuBackend,
    guest_run,
    port_options,
    qemu_program,
)
from vreview.adapters.boot.watch import Channels, Watched, channels, watch
from vreview.adapters.files import write_whole
from vreview.errors import CommandFailed, ToolMissing
from vreview.model.bench import Mode
from vreview.model.kernel import Kernel
from vreview.ports import GuestJob, GuestRun, Observer

_QEMU_SAYS = re.compile(rb"qemu(?:-system-[\w-]+)?: ")


class VirtmeBackend:
    """ports.BootBackend on virtme-ng. ``accelerator`` is "kvm" or "tcg" (see ``accelerator``)."""

    def __init__(self, *, accelerator: str = "tcg") -> None:
        self._accelerator = accelerator
        self._plain = QemuBackend(accelerator=accelerator)

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        """Boots ``kernel`` and runs the job; its folder is shared read-write over 9p.

        Raises OurFailure when virtme-ng or QEMU cannot run, ToolMissing, StorageFailed.
        """
        if job.mode is Mode.DETERMINISTIC or not _mounts_a_root(kernel):
            return self._plain.run(kernel, job, console=console, observer=observer)
        with channels() as through:
            root = through.folder / "root"
            guestroot.write_root(guestroot.guest_files(job, with_folder=False), root)
            argv = (
                *self._command(kernel, job, root=root, qemu=_guarded_qemu(through)),
                *("--qemu-opts", *port_options(through, job, telling=True)),
                *qemu_options(job.hardware),
                *qmp.options(through.monitor),
            )
            seen = watch(
                argv,
                through,
                deadlines=job.deadlines,
                console=console,
                observer=observer,
            )
            status = _qemu_status(through)
        _raise_if_never_ran(seen, argv)
        raise_if_lost(seen, status, console=console)
        return guest_run(seen, console=console, accelerator=self._accelerator)

    def _command(self, kernel: Kernel, job: GuestJob, *, root: Path, qemu: Path) -> tuple[str, ...]:
        inside = str(job.folder)
        given = (*KERNEL_ARGS, *HANG_ARGS, *kernel_words(job.hardware), *job.kernel_args)
        words = tuple(f"--kopt={word}" for word in given)
        return (
            *(_virtme_run(), "--kimg", str(kernel.image), "--mods", "none"),
            *("--root", str(root), f"--rwdir={inside}={job.folder}", "--force-9p"),
            *(() if self._accelerator == "kvm" else ("--disable-kvm",)),
            *("--cpus", str(job.cpus), "--memory", f"{job.memory_mib}M"),
            *("--qemu-bin", str(qemu), "--show-boot-console", "--verbose", *words),
            *("--script-sh", f"/bin/sh {guestroot.SCRIPT}"),
        )


def _mounts_a_root(kernel: Kernel) -> bool:
    """False for a kernel without the block layer: it takes no root= (6.1, init/do_mounts.c), which
    is how virtme-ng hands over the 9p root; an initramfs it takes. A kernel whose configuration is
    not known is given the benefit of the doubt."""
    text = kernel.config.text
    return not text or "\nCONFIG_BLOCK=y\n" in text


def _virtme_run() -> str:
    """virtme-run lies beside the interpreter that runs vreview, on PATH or not."""
    found = Path(sys.executable).with_name("virtme-run")
    if not os.access(found, os.X_OK):
        raise ToolMissing("virtme-run", needed_for="boot kernels (virtme-ng, a Python package)")
    return str(found)


def _guarded_qemu(through: Channels) -> Path:
    """QEMU under a name that dies with virtme-ng and leaves word of how QEMU ended.

    PR_SET_PDEATHSIG does not pass through fork: vreview's death kills virtme-run, and only this
    makes virtme-run's death kill QEMU. virtme-ng tells a QEMU that was killed from a panic by
    nothing: so its status is kept in a file. virtme-ng sends the console to QEMU's stderr: here
    that becomes the console's FIFO, so that what virtme-ng itself says does not get between.
    """
    program, console = shlex.quote(qemu_program()), shlex.quote(str(through.console))
    ended, outer, inner = (through.folder / name for name in ("ended", "qemu", "guarded"))
    guard = "setpriv --pdeathsig KILL --"
    write_whole(
        inner,
        # Where the parent went before the signal was asked for, nobody would send it.
        f"""#!/bin/sh
[ "$PPID" = "$1" ] || exit 127
shift
{guard} {program} "$@" 2>>{console}
echo $? >{shlex.quote(str(ended))}
""".encode(),
    )
    write_whole(
        outer, f'#!/bin/sh\nexec {guard} /bin/sh {shlex.quote(str(inner))} "$PPID" "$@"\n'.encode()
    )
    outer.chmod(0o700)
    return outer


def _qemu_status(through: Channels) -> int | None:
    """QEMU's status as a shell tells it (128 and more: a signal); None when it left no word."""
    try:
        return int((through.folder / "ended").read_text())
    except (OSError, ValueError):
        return None


def _raise_if_never_ran(seen: Watched, argv: tuple[str, ...]) -> None:
    """Raises CommandFailed when no kernel was ever started.

    virtme-run's status is the job's, 255 when there is none (a panic), and anything else when
    virtme-run itself failed; QEMU's own complaint is all that the console then holds.
    """
    refused = _QEMU_SAYS.match(seen.console)
    failed = not seen.console and seen.process_status not in (None, 0, 255)
    if seen.process_status and (refused or failed):
        raise CommandFailed(
            argv,
            seen.process_status,
            output=(seen.errors + seen.console).decode(errors="replace"),
            hint="vreview doctor",
        )
