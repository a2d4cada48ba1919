# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots under plain QEMU with an initramfs of our own: what is bit-identical from run to run.

Nothing outside the guest's memory is waited for, so that under TCG with icount the virtual time
is the count of executed instructions, and the same in every boot. ``virtme`` is for the rest.
"""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

from vreview.adapters.boot import guestroot, qmp
from vreview.adapters.boot.collected import collected_files
from vreview.adapters.boot.hardware import kernel_words, qemu_options
from vreview.adapters.boot.lost import raise_if_lost
from vreview.adapters.boot.watch import Channels, Phase, Watched, channels, watch
from vreview.adapters.confine import UNCONFINED, Confinement, Reach
from vreview.adapters.files import write_whole
from vreview.adapters.proc import run
from vreview.errors import CommandFailed, GuestLost, ToolMissing
from vreview.model.bench import Mode
from vreview.model.kernel import Kernel
from vreview.model.trial import Booted, BootState, Splat
from vreview.parse.console import parse_splats, read_boot
from vreview.parse.hung import hang_splats, stood_at
from vreview.ports import GuestJob, GuestRun, Observer

KERNEL_ARGS = (
    "ignore_loglevel",
    "panic=-1",
    "sysctl.kernel.hung_task_timeout_secs=30",
)
"""Everything on the console; a panic ends the guest (with -no-reboot); tasks that hang are named.

No oops=panic: after an oops the watcher gives the job a while, so that the rest of the tests
may still say something. (sysctl. on the command line: v5.8 and later, ignored before.)
"""

HANG_ARGS = ("unknown_nmi_panic", "panic_print=0x40")
"""The watcher's NMI (``qmp``) makes the kernel panic, and a panic shows each processor's stack.

panic_print: v5.1 and later, its bit 6 v5.18; ignored before."""

DETERMINISTIC_ARGS = ("nokaslr", "norandmaps", "random.trust_cpu=off")
DETERMINISTIC_OPTIONS = (
    *("-accel", "tcg,thread=single"),
    *("-icount", "shift=0,sleep=off"),
    *("-rtc", "base=2024-01-01,clock=vm"),
    *("-cpu", "max,rdrand=off,rdseed=off"),
)
"""Virtual time is instructions, one nanosecond each; no entropy and no clock from the host.

With more than one vCPU, icount hangs while the second comes up (QEMU 7.2): always -smp 1.
"""

_KVM = Path("/dev/kvm")
_GIVEN_UP = ("obsolete", "elevateprivileges", "spawn", "resourcecontrol")

_NO_TIMER = "APIC timer disabled due to verification failure"
"""Under TCG on a loaded host, of a kernel without X86_PM_TIMER: no fault of the kernel's."""


def qemu_program() -> str:
    """The path of QEMU for x86-64. Raises ToolMissing."""
    found = shutil.which("qemu-system-x86_64")
    if found is None:
        raise ToolMissing("qemu-system-x86_64", needed_for="boot kernels")
    return found


def port_options(through: Channels, job: GuestJob, *, telling: bool) -> tuple[str, ...]:
    """The virtio-serial ports of a job, written to FIFOs: two, and one more for collected files.

    ``telling``: the status port also gives the guest what the host has to tell (the secret). A
    byte from outside comes at a time of the host's, so not in a deterministic boot.
    """
    status = f"pipe,id=vrstatus,path={through.folder / 'status'}"  # QEMU adds .in and .out
    files = (
        *("-chardev", f"file,id=vrfiles,path={through.files}"),
        *("-device", f"virtserialport,name={guestroot.FILES_PORT},chardev=vrfiles"),
    )
    return (
        *("-device", "virtio-serial-pci,ioeventfd=off"),
        *("-chardev", f"file,id=vrout,path={through.output}"),
        *("-device", f"virtserialport,name={guestroot.OUTPUT_PORT},chardev=vrout"),
        *("-chardev", status if telling else f"file,id=vrstatus,path={through.status}"),
        *("-device", f"virtserialport,name={guestroot.STATUS_PORT},chardev=vrstatus"),
        *(files if job.collect else ()),
    )


@functools.cache
def seccomp_options() -> tuple[str, ...]:
    """Options by which QEMU gives up the system calls that it needs not; none for a QEMU that was
    built without that. Tried out: its help names them in either case."""
    options = ("-sandbox", ",".join(("on", *(f"{name}=deny" for name in _GIVEN_UP))))
    idle = ("-machine", "none", "-nodefaults", "-display", "none", "-monitor", "stdio")
    argv = (qemu_program(), *options, *idle)
    return options if run(argv, data=b"quit\n", deadline_s=20, check=False).status == 0 else ()


class QemuBackend:
    """ports.BootBackend on plain QEMU. ``accelerator`` is "kvm" or "tcg", for Mode.WALL.

    The guest gets no file of the host's and no network. ``confinement`` is what QEMU itself runs
    in: a kernel that breaks out of the machine that QEMU plays is not on the host yet.
    """

    def __init__(self, *, accelerator: str = "tcg", confinement: Confinement = UNCONFINED) -> None:
        self._accelerator = accelerator
        self._confinement = confinement

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        """Boots ``kernel``, runs the job with its folder's content in the initramfs.

        Raises OurFailure when QEMU cannot run, ToolMissing, StorageFailed.
        """
        with channels() as through:
            initrd = through.folder / "initrd"
            files = guestroot.guest_files(job, with_folder=True, secret=through.secret)
            write_whole(initrd, guestroot.cpio(files))
            argv = (
                *guest_command(str(kernel.image), job, accelerator=self._accelerator),
                *("-initrd", str(initrd)),
                *self._channels(through, job),
                *(() if job.mode is Mode.DETERMINISTIC else qmp.options(through.monitor)),
                *(seccomp_options() if self._confinement.strict else ()),
            )
            reach = Reach(
                readable=(kernel.image.resolve(),),
                writable=(through.folder,),
                devices=(_KVM,) if self._accelerator == "kvm" else (),
            )
            with self._confinement.entered(argv, reach=reach, env={}) as cell:
                seen = watch(
                    cell.argv,
                    through,
                    deadlines=job.deadlines,
                    console=console,
                    observer=observer,
                )
        raise_if_lost(seen, seen.process_status, console=console)
        if seen.process_status:
            raise CommandFailed(
                argv,
                seen.process_status,
                output=seen.errors.decode(errors="replace"),
                hint="vreview doctor",
            )
        return guest_run(seen, console=console, accelerator=self._name(job))

    def _name(self, job: GuestJob) -> str:
        return "tcg with icount" if job.mode is Mode.DETERMINISTIC else self._accelerator

    @staticmethod
    def _channels(through: Channels, job: GuestJob) -> tuple[str, ...]:
        return (
            *("-chardev", f"file,id=console,path={through.console}", "-serial", "chardev:console"),
            *port_options(through, job, telling=False),
        )


def guest_command(image: str, job: GuestJob, *, accelerator: str) -> tuple[str, ...]:
    """QEMU and its options for a job, but for the initramfs and where its output goes."""
    fixed = job.mode is Mode.DETERMINISTIC
    words = (
        "console=ttyS0",
        "earlyprintk=serial,ttyS0,115200",
        *KERNEL_ARGS,
        *(DETERMINISTIC_ARGS if fixed else HANG_ARGS),
        *kernel_words(job.hardware),
        *job.kernel_args,
    )
    wall = (
        "-accel",
        accelerator,
        "-cpu",
        "host" if accelerator == "kvm" else "max",
    )
    return (
        *(qemu_program(), "-nodefaults", "-no-user-config", "-no-reboot"),
        *("-machine", "q35", "-display", "none", *qemu_options(job.hardware)),
        *(DETERMINISTIC_OPTIONS if fixed else wall),
        *("-smp", "1" if fixed else str(job.cpus), "-m", f"{job.memory_mib}M"),
        *("-kernel", image, "-append", " ".join(words)),
    )


def guest_run(seen: Watched, *, console: Path, accelerator: str) -> GuestRun:
    """What was watched, as a result."""
    text = seen.console[: seen.asked_at].decode(errors="replace")
    started = seen.phase in (Phase.COMMAND, Phase.POWER_OFF)
    state = read_boot(
        text, started=started, exit_status=seen.exit_status, overdue=bool(seen.overdue)
    )
    if state is BootState.HANG and not started and _NO_TIMER in text:
        raise GuestLost(
            f"the guest stood still before user space, because the host was too busy for it to"
            f" calibrate its timer (the console says {_NO_TIMER!r}): {console}",
            hint="run it again with less going on beside it",
        )
    answer = b"" if seen.asked_at is None else seen.console[seen.asked_at :]
    stood = stood_at(answer.decode(errors="replace"), first_line=text.count("\n"))
    splats = (*parse_splats(text), *hang_splats(stood))
    booted = Booted(
        state=state,
        splats=splats,
        console=console,
        accelerator=accelerator,
        phase_s=seen.phase_s,
        exit_status=seen.exit_status,
        why="; ".join((seen.overdue, *map(str, stood))) if seen.overdue else _why(state, splats),
        remarks=seen.forged,
    )
    output = seen.output.decode(errors="replace").replace("\r\n", "\n")
    return GuestRun(booted, output, collected_files(seen.files))


def _why(state: BootState, splats: tuple[Splat, ...]) -> str:
    """Why a guest that was not overdue did not run its job to the end."""
    if state is BootState.DONE:
        return ""
    if state is BootState.NO_OUTPUT:
        return "QEMU ended, and the kernel had printed nothing"
    return splats[-1].title if splats else "the guest stopped by itself, without a word about it"
