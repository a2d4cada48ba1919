# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that can be booted by a command that a person types: its initramfs, and the command.

The same root and the same QEMU options as a boot of ours; nothing watches it, so what the job
prints and what the kernel says go to files beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vreview.adapters.boot import guestroot
from vreview.adapters.boot.qemu import guest_command
from vreview.ports import GuestJob

OUTPUT, CONSOLE, STATUS, INITRD = "output.txt", "console.txt", "status.txt", "initrd.cpio"

_SECRET = "by-hand"


@dataclass(frozen=True, slots=True)
class ByHand:
    """``argv`` names the files relative to the folder that it is to be typed in."""

    initrd: bytes
    argv: tuple[str, ...]


def by_hand(job: GuestJob, *, image: str, accelerator: str) -> ByHand:
    """The job as a guest for ``image``, a path that the command names. Raises ToolMissing."""
    files = guestroot.guest_files(job, with_folder=True, secret=_SECRET)
    program, *options = guest_command(
        image, job, accelerator="kvm" if accelerator == "kvm" else "tcg"
    )
    argv = (
        program.rpartition("/")[2],
        *options,
        *("-initrd", INITRD),
        *("-chardev", f"file,id=console,path={CONSOLE}", "-serial", "chardev:console"),
        *("-device", "virtio-serial-pci,ioeventfd=off"),
        *("-chardev", f"file,id=vrout,path={OUTPUT}"),
        *("-device", f"virtserialport,name={guestroot.OUTPUT_PORT},chardev=vrout"),
        *("-chardev", f"file,id=vrstatus,path={STATUS}"),
        *("-device", f"virtserialport,name={guestroot.STATUS_PORT},chardev=vrstatus"),
    )
    return ByHand(guestroot.cpio(files), argv)
