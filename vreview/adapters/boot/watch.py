# SPDX-License-Identifier: GPL-2.0-or-later
"""Watches a guest: three channels, a deadline for each phase, and no QEMU left behind.

The channels are FIFOs that QEMU writes to, so each byte is seen when it comes. Knows neither
how the guest was started nor what its words mean, but for those of a kernel that is going down.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from vreview.adapters.boot.qmp import inject_nmi
from vreview.adapters.boot.secret import job_output, new_secret, read_status
from vreview.adapters.files import storage_failed
from vreview.adapters.leftovers import scratch
from vreview.adapters.proc import kill_group, started
from vreview.parse.console import GOING_DOWN
from vreview.ports import Deadlines, Observer

BACKTRACE_S = 10.0
"""For a guest that is given up to say where its processors stand, before it is killed."""
POWER_OFF_S = 15.0
"""For the guest to power off after its job; what the console says meanwhile still counts."""
AFTER_OOPS_S = 20.0
"""For the job to end after an oops. It may (only its task dies), or wait for a lock for ever."""
MOST_BYTES = 64 << 20
"""On one channel. A guest that writes without end is stopped, not stored."""

_ROOM_BYTES = 1 << 20
"""In a channel: a busy host's pause in reading must not be felt in the guest."""
_NAMES = ("console", "output", "files", "status", "errors")

_GOING_DOWN = re.compile(GOING_DOWN.encode())


class Phase(Enum):
    """Where the guest is; the value is the report's word."""

    FIRST_OUTPUT = "first output"
    USER_SPACE = "user space"
    COMMAND = "command"
    POWER_OFF = "power off"


@dataclass(frozen=True, slots=True)
class Channels:
    """FIFOs in a folder that goes with the boot. ``errors`` is the started program's stderr.

    ``secret`` proves that a status line is the runner's (see ``secret``).
    """

    folder: Path
    secret: str

    @property
    def console(self) -> Path:
        return self.folder / "console"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def status(self) -> Path:
        return self.folder / "status.out"

    @property
    def told(self) -> Path:
        """What the host tells the runner: the secret, for one that cannot be given a file."""
        return self.folder / "status.in"

    @property
    def monitor(self) -> Path:
        """QEMU's monitor (see ``qmp``), for a boot that has one."""
        return self.folder / "monitor"

    @property
    def errors(self) -> Path:
        return self.folder / "errors"


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen. ``overdue`` is the sentence of the deadline that ended it, or empty.

    ``process_status`` is that of the program that was started, None when it was killed here.
    """

    console: bytes
    output: bytes
    errors: bytes
    phase: Phase
    phase_s: tuple[tuple[str, float], ...]
    exit_status: int | None
    process_status: int | None
    overdue: str = ""
    forged: tuple[str, ...] = ()
    """A sentence for each thing that somebody but the runner said on its channels."""
    files: bytes = b""
    asked_at: int | None = None
    """Byte of the console from which on it answers the watcher's NMI, None where none was sent."""
    oom_kills: int = 0
    """How often the host ran out of memory meanwhile, and killed something."""


@dataclass(slots=True)
class _State:
    """The watcher's memory while the guest runs. Times are of the monotonic clock."""

    deadlines: Deadlines
    begin: float
    phase: Phase = Phase.FIRST_OUTPUT
    since: float = 0.0
    heard: float = 0.0
    going_down: float | None = None
    exit_status: int | None = None
    took: list[tuple[str, float]] = field(default_factory=list)

    def enter(self, phase: Phase, now: float) -> None:
        self.took.append((self.phase.value, round(now - self.since, 3)))
        self.phase, self.since = phase, now

    def due(self) -> tuple[float, str]:
        """When the guest is given up, and the sentence for it."""
        allowed = {
            Phase.FIRST_OUTPUT: self.deadlines.first_output,
            Phase.USER_SPACE: self.deadlines.user_space,
            Phase.COMMAND: self.deadlines.command,
            Phase.POWER_OFF: POWER_OFF_S,
        }[self.phase]
        limits = [(self.since + allowed, f"{_WAITED_FOR[self.phase]} within {allowed:g} s")]
        if self.phase in (Phase.USER_SPACE, Phase.COMMAND):
            silence = self.deadlines.silence
            limits.append((self.heard + silence, f"nothing was heard for {silence:g} s"))
        if self.going_down is not None:
            limits.append(
                (self.going_down + AFTER_OOPS_S, f"it went on for {AFTER_OOPS_S:g} s after an oops")
            )
        return min(limits)


_WAITED_FOR = {
    Phase.FIRST_OUTPUT: "the kernel printed nothing",
    Phase.USER_SPACE: "user space did not start",
    Phase.COMMAND: "the command did not end",
    Phase.POWER_OFF: "the guest did not power off",
}


@contextlib.contextmanager
def channels() -> Iterator[Channels]:
    """Makes the FIFOs in a private temporary folder, which goes with them.

    Raises StorageFailed.
    """
    with scratch("boot") as folder:
        made = Channels(folder, new_secret())
        try:
            for name in (*_NAMES, "told"):
                os.mkfifo(getattr(made, name), 0o600)
        except OSError as err:
            raise storage_failed("make FIFOs in", folder, err) from err
        yield made


def watch(
    argv: Sequence[str],
    through: Channels,
    *,
    deadlines: Deadlines,
    console: Path,
    observer: Observer,
) -> Watched:
    """Runs ``argv`` until the guest is gone or overdue; then kills what is left of it.

    Its stderr is the channel ``errors``. Raises ToolMissing, and StorageFailed when the console
    file cannot be written.
    """
    # Both ends: a FIFO whose last writer goes reports its end for ever, and virtme-ng asks QEMU
    # for its version before the boot.
    readers = {os.open(getattr(through, n), os.O_RDWR | os.O_NONBLOCK): n for n in _NAMES}
    told = os.open(through.told, os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(told, f"{through.secret}\n".encode())
        for reader in readers:
            fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, _ROOM_BYTES)
        with (
            open(console, "wb", buffering=0) as sink,
            open(through.errors, "wb") as stderr,
            started(
                argv, stdout=subprocess.DEVNULL, stderr=stderr, needed_for="boot kernels"
            ) as process,
        ):
            return _Watcher(process, readers, sink.fileno(), deadlines, observer, through).run()
    except OSError as err:
        raise storage_failed("write the console to", console, err) from err
    finally:
        for reader in (*readers, told):
            os.close(reader)


def _oom_kills() -> int:
    """The host's count since it started (/proc/vmstat, "oom_kill N"); 0 where it has none."""
    with contextlib.suppress(OSError):
        found = re.search(r"^oom_kill (\d+)$", Path("/proc/vmstat").read_text(), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


class _Watcher:
    """One boot's loop over its channels."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        readers: dict[int, str],
        sink: int,
        deadlines: Deadlines,
        observer: Observer,
        through: Channels,
    ) -> None:
        now = time.monotonic()
        self._process = process
        self._readers = readers
        self._sink = sink
        self._observer = observer
        self._secret = through.secret
        self._monitor = through.monitor
        self._asked_at: int | None = None
        self._state = _State(deadlines, begin=now, since=now, heard=now)
        self._got = {name: bytearray() for name in readers.values()}
        self._overdue = ""
        self._oom_kills = _oom_kills()

    def run(self) -> Watched:
        pid = os.pidfd_open(self._process.pid)
        poller = select.poll()
        poller.register(pid, select.POLLIN)
        for reader in self._readers:
            poller.register(reader, select.POLLIN)
        try:
            gone = False
            while not gone and not self._overdue:
                when, sentence = self._state.due()
                if when <= time.monotonic():
                    self._overdue = sentence
                    if self._ask_where_it_stands():
                        until = time.monotonic() + BACKTRACE_S
                        while not gone and time.monotonic() < until:
                            gone = self._hear(poller, pid, until)
                else:
                    gone = self._hear(poller, pid, when)
        finally:
            os.close(pid)
        ended = self._process.poll()
        kill_group(self._process)
        for reader in self._readers:
            while self._read(reader):
                pass
        self._state.took.append(
            (self._state.phase.value, round(time.monotonic() - self._state.since, 3))
        )
        got = {name: bytes(data) for name, data in self._got.items()}
        output, stray = job_output(got["output"], self._secret)
        return Watched(
            console=got["console"],
            output=output,
            errors=got["errors"],
            phase=self._state.phase,
            phase_s=tuple(self._state.took),
            exit_status=self._state.exit_status,
            process_status=ended,
            overdue=self._overdue,
            asked_at=self._asked_at,
            oom_kills=_oom_kills() - self._oom_kills,
            forged=(*read_status(got["status"], self._secret).forged, *stray),
            files=got["files"],
        )

    def _hear(self, poller: select.poll, pid: int, until: float) -> bool:
        """Waits for the channels, no longer than ``until``; True when the process has ended."""
        events = dict(poller.poll(max(until - time.monotonic(), 0) * 1000))
        for reader in self._readers:  # in this order: what is said after it, is read after
            if reader in events:
                self._read(reader)
        return pid in events

    def _ask_where_it_stands(self) -> bool:
        """An NMI is heard by a processor that has its interrupts off, too. After an oops it is
        known what happened, and a kernel without a console would not be heard."""
        state = self._state
        if state.phase not in (Phase.USER_SPACE, Phase.COMMAND) or state.going_down is not None:
            return False
        self._asked_at = len(self._got["console"])
        if self._monitor.exists() and inject_nmi(self._monitor):
            return True
        self._asked_at = None
        return False

    def _read(self, reader: int) -> bool:
        """Takes what a channel holds; False when that is nothing."""
        try:
            data = os.read(reader, 65536)
        except BlockingIOError:
            return False
        name, now = self._readers[reader], time.monotonic()
        got = self._got[name]
        if len(got) + len(data) > MOST_BYTES:
            self._overdue = f"it wrote more than {MOST_BYTES >> 20} MiB to its {name}"
            return False
        got += data
        self._state.heard = now
        if name == "console":
            self._console(data, now)
        elif name == "status":
            self._status(now)
        return True

    def _console(self, data: bytes, now: float) -> None:
        os.write(self._sink, data)
        state = self._state
        if state.phase is Phase.FIRST_OUTPUT:
            state.enter(Phase.USER_SPACE, now)
        recent = bytes(self._got["console"][-len(data) - 80 :])
        if state.going_down is None and _GOING_DOWN.search(recent):
            state.going_down = now
        lines = self._got["console"].count(b"\n")
        self._observer.advance(lines, None, f"console lines, {state.phase.value}")

    def _status(self, now: float) -> None:
        state, said = self._state, read_status(bytes(self._got["status"]), self._secret)
        if said.started:
            if state.phase is Phase.FIRST_OUTPUT:  # the console is heard only afterwards
                state.enter(Phase.USER_SPACE, now)
            if state.phase is Phase.USER_SPACE:
                state.enter(Phase.COMMAND, now)
        if state.phase is Phase.COMMAND and said.exit_status is not None:
            state.exit_status = said.exit_status
            state.enter(Phase.POWER_OFF, now)
