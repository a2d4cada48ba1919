# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks a running QEMU to do something (QMP, docs/interop/qmp-spec.txt), and waits not long for it.

A guest that took QEMU over may answer with anything: what is read is bounded in bytes and in time,
and no answer is as good as a refusal.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from pathlib import Path

_MOST_BYTES = 1 << 16


def options(path: Path) -> tuple[str, ...]:
    """QEMU's words for a monitor at ``path``, which nobody is waited for on."""
    return ("-qmp", f"unix:{path},server=on,wait=off")


def inject_nmi(path: Path, *, deadline_s: float = 2.0) -> bool:
    """Sends the guest's processors a non-maskable interrupt; False when QEMU did not say yes."""
    return _executed(path, "inject-nmi", deadline_s=deadline_s)


def _executed(path: Path, command: str, *, deadline_s: float) -> bool:
    until = time.monotonic() + deadline_s
    with contextlib.suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as monitor:
        monitor.settimeout(deadline_s)
        monitor.connect(str(path))
        answers = _Answers(monitor, until)
        return answers.greeted() and all(
            answers.accepted(name) for name in ("qmp_capabilities", command)
        )
    return False


class _Answers:
    """The monitor's lines, one JSON object each."""

    def __init__(self, monitor: socket.socket, until: float) -> None:
        self._monitor = monitor
        self._until = until
        self._left = _MOST_BYTES
        self._read = b""

    def greeted(self) -> bool:
        return "QMP" in self._next()

    def accepted(self, command: str) -> bool:
        """Sends a command; what comes before its answer are events."""
        self._monitor.sendall(json.dumps({"execute": command}).encode() + b"\n")
        while True:
            answer = self._next()
            if "return" in answer or "error" in answer:
                return "return" in answer

    def _next(self) -> dict[str, object]:
        """The next object. Raises OSError at the deadline, the end, or too many bytes; ValueError
        for what is no JSON."""
        while b"\n" not in self._read:
            self._monitor.settimeout(max(self._until - time.monotonic(), 0.001))
            data = self._monitor.recv(min(4096, self._left))
            if not data:
                raise ConnectionAbortedError
            self._left -= len(data)
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        value = json.loads(line)
        if not isinstance(value, dict):
            raise ValueError(line)
        return value
