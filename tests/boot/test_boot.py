# SPDX-License-Identifier: GPL-2.0-or-later
"""Real boots under real QEMU: the verdicts, the channels, and that nothing is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from vreview.adapters.boot.lost import Repeated
from vreview.adapters.boot.qemu import QemuBackend
from vreview.adapters.boot.virtme import VirtmeBackend
from vreview.adapters.suites.smoke import SmokeSuite
from vreview.errors import OurFailure
from vreview.model.bench import Mode
from vreview.model.kernel import Kernel
from vreview.model.trial import BootState, CaseState
from vreview.ports import BootBackend, Deadlines, GuestJob, GuestRun

pytestmark = pytest.mark.boot


class Silent:
    """ports.Observer that tells nobody."""

    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


VICTIMS = {"qemu-system": "/usr/bin/qemu-system", "virtme-run": sys.executable}
BACKENDS = [VirtmeBackend(), QemuBackend()]
SPUN = """
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>
int main(void)
{
	for (int round = 0; round < 4; round++) {
		unsigned long long begin = __rdtsc();
		for (int n = 0; n < 5000; n++)
			syscall(SYS_getppid);
		printf("%llu\\n", __rdtsc() - begin);
	}
}
"""


def boot(
    backend: BootBackend, kernel: Kernel, folder: Path, *command: str, **changes: object
) -> GuestRun:
    job = replace(GuestJob(command, folder), **changes)  # type: ignore[arg-type]
    return backend.run(kernel, job, console=folder / "console.log", observer=Silent())


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda b: type(b).__name__)
class TestEveryBackend:
    """The contract of ports.BootBackend."""

    def test_stdout_and_status_come_back(
        self, backend: BootBackend, test_kernel: Kernel, tmp_path: Path
    ) -> None:
        (tmp_path / "file with space").write_text("hello\n")
        script = 'cat "$1"; echo to the console >&2; exit 7'
        done = boot(backend, test_kernel, tmp_path, "/bin/sh", "-c", script, "-", "file with space")
        assert done.output == "hello\n"
        assert done.booted.state is BootState.DONE
        assert done.booted.exit_status == 7
        assert done.booted.splats == ()
        console = (tmp_path / "console.log").read_text(errors="replace")
        assert "Linux version" in console
        assert "to the console" in console

    def test_a_job_cannot_say_how_it_ended(
        self, backend: BootBackend, test_kernel: Kernel, tmp_path: Path
    ) -> None:
        """It looks for the runner's secret, and for the ports to say so without."""
        (tmp_path / "job.sh").write_text("""
for port in $(cd /sys/class/virtio-ports; busybox grep -l vreview */name); do
	echo looked
	(echo 'exit 0' >/dev/${port%/name}) && echo opened $port
done
echo 'exit 0' >/dev/console
cat /vreview-secret /vreview-job /proc/cmdline /proc/$PPID/environ /proc/$PPID/cmdline
env
exit 5
""")
        done = boot(backend, test_kernel, tmp_path, "/bin/sh", str(tmp_path / "job.sh"))
        assert done.booted.exit_status == 5
        assert done.booted.remarks == ()
        assert done.output.count("looked") == 2
        assert "opened" not in done.output
        assert "read -r secret" in done.output  # how it is learnt may be known
        assert not re.search(r"(?<![a-z])[a-z]{32}(?![a-z])", done.output)

    def test_a_panic_is_a_panic(
        self, backend: BootBackend, test_kernel: Kernel, tmp_path: Path
    ) -> None:
        done = boot(
            backend,
            test_kernel,
            tmp_path,
            "/bin/sh",
            "-c",
            "echo c >/proc/sysrq-trigger; sleep 60",
            kernel_args=("oops=panic",),
        )
        assert done.booted.state is BootState.PANIC
        assert done.booted.exit_status is None
        assert done.booted.splats

    def test_a_guest_that_stands_still_is_given_up(
        self, backend: BootBackend, test_kernel: Kernel, tmp_path: Path
    ) -> None:
        done = boot(
            backend,
            test_kernel,
            tmp_path,
            "/bin/sleep",
            "9999",
            deadlines=Deadlines(command=600, silence=4),
        )
        assert done.booted.state is BootState.HANG
        assert "nothing was heard for 4 s" in done.booted.why

    def test_a_guest_that_stops_in_the_job(
        self, backend: BootBackend, test_kernel: Kernel, tmp_path: Path
    ) -> None:
        done = boot(
            backend, test_kernel, tmp_path, "/bin/sh", "-c", "echo part; poweroff -f; sleep 60"
        )
        assert done.booted.state is BootState.STOPPED
        assert done.output == "part\n"

    def test_a_kernel_without_a_console_has_no_output(
        self, backend: BootBackend, test_kernel: Kernel, tmp_path: Path
    ) -> None:
        silent = bytearray(test_kernel.image.read_bytes())
        entry = (silent[0x1F1] + 1) * 512  # behind the setup sectors: protected mode, for ever
        for offset in (entry, entry + 0x200):
            silent[offset : offset + 2] = b"\xeb\xfe"  # jmp to itself
        image = tmp_path / "silent"
        image.write_bytes(silent)
        kernel = replace(test_kernel, image=image)
        done = boot(backend, kernel, tmp_path, "/bin/true", deadlines=Deadlines(first_output=4))
        assert done.booted.state is BootState.NO_OUTPUT

    @pytest.mark.parametrize("victim", ["qemu-system", "virtme-run"])
    def test_a_killed_qemu_is_no_hang_and_is_repeated_once(
        self, victim: str, backend: BootBackend, test_kernel: Kernel, tmp_path: Path
    ) -> None:
        if victim == "virtme-run" and isinstance(backend, QemuBackend):
            pytest.skip("runs no virtme-run")
        console = tmp_path / "console.log"
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(
                boot, Repeated(backend), test_kernel, tmp_path, "/bin/sh", "-c", "sleep 8; echo all"
            )
            wait_for(lambda: console.exists() and b"Linux version" in console.read_bytes())
            (killed,) = [
                p for p in descendants(os.getpid()) if words(p).startswith(VICTIMS[victim])
            ]
            os.kill(killed, signal.SIGKILL)
            result = done.result()
        assert (result.booted.state, result.output) == (BootState.DONE, "all\n")
        (said,) = result.booted.remarks
        assert "the boot was repeated" in said
        assert "signal 9 (SIGKILL)" in said

    def test_a_qemu_that_cannot_start_is_our_failure(
        self, backend: BootBackend, test_kernel: Kernel, tmp_path: Path
    ) -> None:
        with pytest.raises(OurFailure, match="qemu"):
            boot(backend, test_kernel, tmp_path, "/bin/true", memory_mib=99_999_999)


def test_two_boots_at_once(test_kernel: Kernel, tmp_path: Path) -> None:
    folders = [tmp_path / "base", tmp_path / "tip"]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(
            lambda f: boot(VirtmeBackend(), test_kernel, f, "/bin/echo", f.name), folders
        )
    assert [run.output for run in runs] == ["base\n", "tip\n"]


def test_deterministic_boots_are_bit_identical(test_kernel: Kernel, tmp_path: Path) -> None:
    source, program = tmp_path / "spun.c", tmp_path / "job" / "spun"
    program.parent.mkdir()
    source.write_text(SPUN)
    subprocess.run(["gcc", "-static", "-O2", "-o", program, source], check=True)
    runs = [
        VirtmeBackend()
        .run(
            test_kernel,
            GuestJob((str(program),), program.parent, mode=Mode.DETERMINISTIC),
            console=tmp_path / "console.log",
            observer=Silent(),
        )
        .output
        for _ in range(3)
    ]
    assert re.fullmatch(r"(\d+\n){4}", runs[0])
    assert runs[0] == runs[1] == runs[2]


def test_the_smoke_suite_passes(test_kernel: Kernel, tmp_path: Path) -> None:
    suite = SmokeSuite(cache=tmp_path / "cache")
    job = suite.prepare(tmp_path / "job")
    done = VirtmeBackend().run(test_kernel, job, console=tmp_path / "c", observer=Silent())
    cases = suite.read(done.output)
    assert len(cases) > 10
    assert [c for c in cases if c.state is not CaseState.PASSED] == []


@pytest.mark.parametrize("backend", ["virtme.VirtmeBackend", "qemu.QemuBackend"])
def test_nothing_outlives_a_killed_vreview(
    backend: str, test_kernel: Kernel, tmp_path: Path
) -> None:
    module, name = backend.split(".")
    program = f"""
from pathlib import Path
from tests.boot.test_boot import boot
from vreview.adapters.boot.{module} import {name}
from vreview.model.kernel import *
kernel = Kernel(KernelKey("", "", ""), Path({str(test_kernel.image)!r}),
                KernelConfig("", (), ""), Toolchain("", "", ""), "")
folder = Path({str(tmp_path)!r})
boot({name}(), kernel, folder, "/bin/sleep", "9999")
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], start_new_session=True
    ) as vreview:
        console = tmp_path / "console.log"
        wait_for(lambda: console.exists() and b"Linux version" in console.read_bytes())
        qemus = [pid for pid in descendants(vreview.pid) if "qemu-system" in words(pid)]
        assert qemus
        vreview.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() and words(pid) for pid in qemus))


def wait_for(happened: object) -> None:
    """Waits until something has happened in another process; pytest's own limit ends it."""
    assert callable(happened)
    for _ in range(600):
        if happened():
            return
        signal.sigtimedwait([], 0.1)
    raise AssertionError("it did not happen")


def words(pid: int) -> str:
    """A process' command line; empty for one that is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    """The processes under ``pid``, from /proc."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, todo = [], [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found
