# SPDX-License-Identifier: GPL-2.0-or-later
"""Which accelerator really boots here: KVM counts only if a guest ran to its end under it.

A /dev/kvm that opens, answers its API version and makes a vCPU may still never run a guest past
early boot (nested virtualisation that is half there). So something is booted, with a deadline,
and the answer is kept with its date.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from vreview.adapters.boot.qemu import qemu_program
from vreview.adapters.files import write_whole
from vreview.adapters.leftovers import scratch
from vreview.adapters.proc import run
from vreview.errors import CommandTimeout

DEADLINE_S = 20.0
"""A kernel reaches its first panic in a second under KVM; a host that needs 20 is no help."""

_DEVICE = Path("/dev/kvm")

_EXITED = 0x21
"""isa-debug-exit turns the guest's byte b into the status 2b+1; the payload writes 0x10."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """``name`` is "kvm" or "tcg". ``why`` is a sentence; ``when`` an ISO 8601 date and time, UTC.

    ``booted`` says what was run to find out: "a kernel", "a boot sector", or "nothing".
    """

    name: str
    why: str
    when: str
    booted: str


def probe(
    *,
    cache: Path,
    refresh: bool = False,
    kernel: Path | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Accelerator:
    """The accelerator to use, from the cache unless ``refresh``, or something has changed.

    With ``kernel`` (a bzImage) that is booted, else a boot sector of ours, which proves less: an
    answer that a kernel gave is never replaced by a boot sector's. The answer is kept in
    ``cache`` under QEMU's version and the device's identity. Raises ToolMissing without QEMU.
    """
    qemu = qemu_program()
    key = _key(qemu)
    store = cache / "accelerator.json"
    kept = None if refresh else _kept(store, key=key)
    if kept is not None and (kernel is None or kept.booted != "a boot sector"):
        return kept
    name, why, booted = _found(qemu, kernel)
    answer = Accelerator(name, why, now().isoformat(timespec="seconds"), booted)
    record = {"key": key, "answer": asdict(answer)}
    write_whole(store, json.dumps(record, indent=1).encode() + b"\n")
    return answer


def _key(qemu: str) -> str:
    """What the answer depends on: QEMU, the device (its inode changes with each host boot), us."""
    version = run((qemu, "--version"), deadline_s=20).text.splitlines()[:1]
    try:
        stat = _DEVICE.stat()
        device = f"{stat.st_rdev:x}:{stat.st_ino}:{stat.st_mode:o}"
    except OSError:
        device = "none"
    boot = Path("/proc/sys/kernel/random/boot_id")
    host = boot.read_text().strip() if boot.exists() else ""
    return " ".join((*version, device, host, str(os.geteuid())))


def _kept(store: Path, *, key: str) -> Accelerator | None:
    try:
        record = json.loads(store.read_text())
        return Accelerator(**record["answer"]) if record["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _found(qemu: str, kernel: Path | None) -> tuple[str, str, str]:
    """Name, reason, and what was booted."""
    if not _DEVICE.exists():
        return "tcg", f"there is no {_DEVICE}", "nothing"
    if not os.access(_DEVICE, os.R_OK | os.W_OK):
        return "tcg", f"{_DEVICE} may not be opened by this user", "nothing"
    booted = "a boot sector" if kernel is None else "a kernel"
    with scratch("kvm") as folder:
        sector = folder / "sector"
        sector.write_bytes(boot_sector())
        if kernel is None:
            status, said = _run(_sector_command(qemu, sector, accelerator="kvm"))
            good = status == _EXITED
        else:
            status, said = _run(_kernel_command(qemu, kernel, accelerator="kvm"))
            good = status == 0
    if good:
        return "kvm", f"{booted} ran to its end under KVM", booted
    if status is None:
        return "tcg", f"{booted} under KVM did not end within {DEADLINE_S:g} s", booted
    return "tcg", f"{booted} under KVM ended with status {status}: {said or 'no word'}", booted


def _sector_command(qemu: str, sector: Path, *, accelerator: str) -> tuple[str, ...]:
    return (
        *_common(qemu, accelerator),
        *("-device", "isa-debug-exit,iobase=0xf4,iosize=1"),
        *("-drive", f"file={sector},format=raw,if=floppy,readonly=on", "-boot", "a"),
    )


def _kernel_command(qemu: str, kernel: Path, *, accelerator: str) -> tuple[str, ...]:
    """Without a root the kernel comes as far as mounting it, panics, and resets: -no-reboot."""
    words = "console=ttyS0 panic=-1 root=/dev/none"
    return (*_common(qemu, accelerator), "-kernel", str(kernel), "-append", words)


def _common(qemu: str, accelerator: str) -> tuple[str, ...]:
    return (
        *(qemu, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"),
        *("-accel", accelerator, "-cpu", "host" if accelerator == "kvm" else "max"),
        *("-smp", "2", "-m", "256M"),
    )


def _run(argv: tuple[str, ...]) -> tuple[int | None, str]:
    """Status (None: overdue, killed) and QEMU's last line."""
    try:
        done = run(argv, deadline_s=DEADLINE_S, check=False, needed_for="boot kernels")
    except CommandTimeout:
        return None, ""
    lines = done.text.strip().splitlines()
    return done.status, lines[-1] if lines else ""


def boot_sector() -> bytes:
    """512 bytes of 16-bit code of ours: counts to 2^24 in a register, then writes 0x10 to 0xf4.

    The count makes the vCPU run guest code, and not only the firmware's traps.
    """
    code = bytes(
        (
            *(0xFA, 0x66, 0xB9, 0x00, 0x00, 0x00, 0x01),  # cli; mov ecx, 1 << 24
            *(0x66, 0x49),  # again: dec ecx
            *(0x75, 0xFC),  # jnz again
            *(0xB0, 0x10, 0xE6, 0xF4),  # mov al, 0x10; out 0xf4, al
            *(0xF4, 0xEB, 0xFD),  # halt: hlt; jmp halt
        )
    )
    return code.ljust(510, b"\0") + b"\x55\xaa"
