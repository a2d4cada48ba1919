# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that was ended from outside is not a kernel that stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vreview.adapters.boot.lost import Repeated, raise_if_lost
from vreview.adapters.boot.watch import Phase, Watched
from vreview.errors import GuestLost
from vreview.model.kernel import Kernel, KernelConfig, KernelKey, Toolchain
from vreview.model.series import Oid
from vreview.model.trial import Booted, BootState, Splat
from vreview.ports import GuestJob, GuestRun, Observer

SEEN = Watched(
    console=b"", output=b"", errors=b"", phase=Phase.COMMAND, phase_s=(), exit_status=None,
    process_status=0,
)  # fmt: skip
KERNEL = Kernel(
    KernelKey(Oid("0" * 40), "", ""),
    Path("bz"),
    KernelConfig("", (), ""),
    Toolchain("", "", ""),
    "",
)


@pytest.mark.parametrize(
    ("process", "qemu", "words"),
    [
        (-9, -9, "signal 9 (SIGKILL)"),  # plain QEMU
        (255, 137, "signal 9 (SIGKILL)"),  # under virtme-ng
        (-9, None, "signal 9 (SIGKILL)"),  # virtme-ng itself
        (255, None, "ended without a word"),
    ],
)
def test_an_end_from_outside(process: int, qemu: int | None, words: str) -> None:
    with pytest.raises(GuestLost, match="says nothing about the kernel") as caught:
        raise_if_lost(replace(SEEN, process_status=process), qemu, console=Path("c"))
    assert words in str(caught.value)
    assert "out-of-memory" not in str(caught.value)


@pytest.mark.parametrize(("process", "qemu"), [(0, 0), (255, 0), (3, 0), (1, 1), (None, None)])
def test_an_end_of_its_own_or_of_the_watchers(process: int | None, qemu: int | None) -> None:
    raise_if_lost(replace(SEEN, process_status=process), qemu, console=Path("c"))


def test_a_host_that_was_out_of_memory_is_named() -> None:
    seen = replace(SEEN, process_status=-9, oom_kills=1)
    with pytest.raises(GuestLost, match="out-of-memory killer was at work") as caught:
        raise_if_lost(seen, -9, console=Path("c"))
    assert "jobs=1" in caught.value.hint


class Losing:
    """Loses the first ``times`` boots."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.boots = 0

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        self.boots += 1
        self.left -= 1
        if self.left >= 0:
            raise GuestLost("QEMU was shot: its console: x")
        return GuestRun(Booted(BootState.DONE, (), console, "tcg"), "said")


class Thirsty:
    """Runs out of memory in guests of less than ``needs`` MiB; boots of more than ``host`` are
    lost."""

    def __init__(self, needs: int, *, host: int = 1 << 20) -> None:
        self.needs = needs
        self.host = host

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        if job.memory_mib > self.host:
            raise GuestLost("QEMU was shot: its console: x")
        oom = Splat("oom", "out of memory", (), "", 1)
        splats = (oom,) if job.memory_mib < self.needs else ()
        return GuestRun(Booted(BootState.DONE, splats, console, "tcg"), "said")


@pytest.mark.parametrize(
    ("backend", "splats", "console", "words"),
    [
        (Thirsty(1500), 0, "c-larger.log", "1024 MiB were too little"),
        (Thirsty(5000), 1, "c.log", "not for want of room"),
        (Thirsty(1500, host=1024), 1, "c.log", "with more of it QEMU was shot"),
    ],
)
def test_a_guest_that_ran_out_of_memory_is_given_twice_as_much(
    backend: Thirsty, splats: int, console: str, words: str
) -> None:
    job = GuestJob(("true",), Path("/"))
    booted = Repeated(backend).run(KERNEL, job, console=Path("c.log"), observer=Silent()).booted
    assert (len(booted.splats), booted.console) == (splats, Path(console))
    (said,) = booted.remarks
    assert words in said


class Sleepy:
    """The first ``times`` boots hang in ``phase``, showing ``splats``."""

    def __init__(self, times: int, *, phase: str = "user space", splats: int = 0) -> None:
        self.left = times
        self.phase = phase
        self.splats = (Splat("hang", "hang in f", ("f",), "", 1),) * splats

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        self.left -= 1
        if self.left < 0:
            return GuestRun(Booted(BootState.DONE, (), console, "tcg"), "said")
        phases = (("first output", 1.0), (self.phase, 90.0))
        return GuestRun(Booted(BootState.HANG, self.splats, console, "tcg", phases), "")


@pytest.mark.parametrize(
    ("backend", "state", "words"),
    [
        (Sleepy(1), BootState.DONE, ["with idle processors (c.log), and this one did not"]),
        (Sleepy(2), BootState.HANG, ["a second boot hung, too (c-again.log)"]),
        (Sleepy(1, splats=1), BootState.HANG, []),  # something to blame
        (Sleepy(1, phase="command"), BootState.HANG, []),
    ],
)
def test_a_hang_of_idle_processors_on_the_way_to_user_space_must_come_again(
    backend: Sleepy, state: BootState, words: list[str]
) -> None:
    job = GuestJob(("true",), Path("/"))
    booted = Repeated(backend).run(KERNEL, job, console=Path("c.log"), observer=Silent()).booted
    assert booted.state is state
    assert len(booted.remarks) == len(words)
    assert all(word in said for word, said in zip(words, booted.remarks, strict=True))


class Silent:
    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


def _booted(backend: Losing) -> GuestRun:
    job = GuestJob(("true",), Path("/"))
    return Repeated(backend).run(KERNEL, job, console=Path("c"), observer=Silent())


def test_a_lost_boot_is_repeated_and_says_so() -> None:
    done = _booted(Losing(1))
    assert done.output == "said"
    assert done.booted.remarks == ("the boot was repeated: in the first one QEMU was shot",)
    assert _booted(Losing(0)).booted.remarks == ()


def test_it_is_repeated_once() -> None:
    backend = Losing(2)
    with pytest.raises(GuestLost):
        _booted(backend)
    assert backend.boots == 2
