# SPDX-License-Identifier: GPL-2.0-or-later
"""The one door to subprocess.

Every command is an argv tuple, runs in its own process group, and is killed with its children
at its deadline, on an exception, and when vreview itself dies. Nothing here knows what it runs.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vreview.errors import CommandFailed, CommandTimeout, LimitExceeded, ToolMissing

_PR_SET_PDEATHSIG = 1
_LONGEST_LINE = 1 << 20
"""Of a longer one its parts are lines: a command that prints no newline must not fill memory."""

_RUNNING: set[subprocess.Popen[bytes]] = set()
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended. ``output`` is stdout, with stderr in it unless that was kept apart."""

    argv: tuple[str, ...]
    status: int
    output: bytes
    errors: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.output.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a command may use before it is killed. ``log_bytes`` bounds what it prints, 0 not at
    all; ``exceeded`` is asked every ``poll_s`` seconds and gives a sentence when it is enough."""

    log_bytes: int = 0
    exceeded: Callable[[], str] | None = None
    poll_s: float = 0.5


UNLIMITED = Limits()


def die_with_parent() -> None:
    """In a child: SIGKILL when the thread that started it dies (prctl(2))."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _dying_with(parent: int) -> Callable[[], None]:
    """As die_with_parent, for a child of the process ``parent``, and at once when that is gone."""

    def ask() -> None:
        die_with_parent()
        if os.getppid() != parent:
            os._exit(127)

    return ask


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills the process and all that it started in its group, and reaps it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)


def kill_all() -> None:
    """Kills every running command of this process: what Ctrl-C means while threads wait."""
    for process in tuple(_RUNNING):
        kill_group(process)


@contextlib.contextmanager
def started(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.STDOUT,
    needed_for: str = "go on",
) -> Iterator[subprocess.Popen[bytes]]:
    """A running command that never outlives the with block. ``env`` is added to ours."""
    try:
        process = subprocess.Popen(
            tuple(argv),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            preexec_fn=_dying_with(os.getpid()),
        )
    except FileNotFoundError as err:
        if cwd is not None and not cwd.is_dir():
            raise
        raise ToolMissing(argv[0], needed_for=needed_for) from err
    _RUNNING.add(process)
    try:
        yield process
    finally:
        _RUNNING.discard(process)
        if process.poll() is None:
            kill_group(process)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    data: bytes | None = None,
    deadline_s: float = 600.0,
    check: bool = True,
    apart: bool = False,
    log: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    limits: Limits = UNLIMITED,
    shown: Sequence[str] = (),
    needed_for: str = "go on",
) -> Done:
    """Runs a command to its end.

    ``check`` raises CommandFailed for a status other than 0. ``apart`` keeps stderr out of
    ``output``. ``log`` also gets every byte as it comes; ``on_line`` each line of stdout;
    ``shown`` is the command as it is told, for one that is wrapped into others.
    Raises CommandTimeout, LimitExceeded, ToolMissing.
    """
    begin = time.monotonic()
    chunks: list[bytes] = []
    errors: list[bytes] = []
    meter = _Meter(limits)
    told = tuple(shown or argv)
    with (
        open(log, "wb") if log else contextlib.nullcontext() as sink,
        started(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE if data is not None else subprocess.DEVNULL,
            stderr=subprocess.PIPE if apart else subprocess.STDOUT,
            needed_for=needed_for,
        ) as process,
    ):

        def feed() -> None:
            assert process.stdin is not None
            assert data is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(data)
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()

        def collect(pipe: IO[bytes], into: list[bytes], *, lines: bool) -> None:
            for line in iter(lambda: pipe.readline(_LONGEST_LINE), b""):
                if not meter.takes(len(line)):
                    continue
                into.append(line)
                if sink is not None:
                    sink.write(line)
                    sink.flush()
                if lines and on_line is not None:
                    on_line(line.decode(errors="replace").rstrip("\n"))

        assert process.stdout is not None
        threads = [
            threading.Thread(
                target=collect, args=(process.stdout, chunks), kwargs={"lines": True}, daemon=True
            )
        ]
        if apart:
            assert process.stderr is not None
            threads.append(
                threading.Thread(
                    target=collect,
                    args=(process.stderr, errors),
                    kwargs={"lines": False},
                    daemon=True,
                )
            )
        if data is not None:
            threads.append(threading.Thread(target=feed, daemon=True))
        for thread in threads:
            thread.start()
        try:
            status = _ended(process, deadline_s, meter)
        except (subprocess.TimeoutExpired, _Enough) as err:
            kill_group(process)
            for thread in threads:
                thread.join(timeout=5)
            tail = b"".join(chunks[-40:]).decode(errors="replace")
            if isinstance(err, _Enough):
                raise LimitExceeded(told, str(err), output=tail, log=log) from None
            raise CommandTimeout(told, deadline_s, output=tail, log=log) from None
        # A grandchild that kept the pipe open must not keep us: the command itself has ended.
        for thread in threads:
            thread.join(timeout=5)
    done = Done(told, status, b"".join(chunks), b"".join(errors), time.monotonic() - begin)
    if check and status != 0:
        raise CommandFailed(
            told, status, output=(done.errors or done.output).decode(errors="replace"), log=log
        )
    return done


class _Enough(Exception):
    """A limit was reached; the sentence says which."""


class _Meter:
    """Counts what a command prints, and asks whether it is enough."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = 0
        self.limited = bool(limits.log_bytes or limits.exceeded)

    @property
    def poll_s(self) -> float:
        return self._limits.poll_s

    def takes(self, size: int) -> bool:
        """Counts ``size`` more bytes; False for those that are over the limit."""
        self._bytes += size
        return not self._over

    @property
    def _over(self) -> bool:
        return 0 < self._limits.log_bytes < self._bytes

    def enough(self) -> str:
        if self._over:
            return f"it printed more than {self._limits.log_bytes >> 20} MiB"
        return self._limits.exceeded() if self._limits.exceeded else ""


def _ended(process: subprocess.Popen[bytes], deadline_s: float, meter: _Meter) -> int:
    """The status, when it comes in time. Raises TimeoutExpired, _Enough."""
    if not meter.limited:
        return process.wait(timeout=deadline_s)
    last = time.monotonic() + deadline_s
    while True:
        left = last - time.monotonic()
        try:
            return process.wait(timeout=max(0.0, min(meter.poll_s, left)))
        except subprocess.TimeoutExpired:
            if left <= 0:
                raise
            if sentence := meter.enough():
                raise _Enough(sentence) from None
