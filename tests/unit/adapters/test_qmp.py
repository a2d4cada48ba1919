# SPDX-License-Identifier: GPL-2.0-or-later
"""The monitor's client against monitors that behave, and against such that do not."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vreview.adapters.boot.qmp import inject_nmi

GREETING = b'{"QMP": {"version": {}, "capabilities": []}}\r\n'
EVENT = b'{"event": "STOP", "timestamp": {}}\r\n'


@contextmanager
def monitor(path: Path, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def one() -> None:
            client, _ = server.accept()
            with client:
                serve(client)

        thread = threading.Thread(target=one, daemon=True)
        thread.start()
        yield
        thread.join(10)


def test_an_event_before_the_answer_is_no_answer(tmp_path: Path) -> None:
    asked = []

    def serve(client: socket.socket) -> None:
        client.sendall(GREETING)
        lines = client.makefile("rb")
        for _ in range(2):
            asked.append(json.loads(lines.readline())["execute"])
            client.sendall(EVENT + b'{"return": {}}\r\n')

    with monitor(tmp_path / "m", serve):
        assert inject_nmi(tmp_path / "m")
    assert asked == ["qmp_capabilities", "inject-nmi"]


def _flood(client: socket.socket) -> None:
    try:
        while True:
            client.sendall(b"x" * 65536)
    except OSError:
        pass


def _events_without_end(client: socket.socket) -> None:
    client.sendall(GREETING)
    try:
        while True:
            client.sendall(EVENT)
    except OSError:
        pass


@pytest.mark.parametrize(
    "serve",
    [
        _flood,
        _events_without_end,
        lambda client: client.sendall(b"not json\n"),
        lambda client: client.sendall(b"[1]\n"),
        lambda client: client.sendall(GREETING + b'{"error": {}}\n'),
        lambda client: client.recv(1),  # silence until we go
    ],
    ids=["flood", "events", "no-json", "no-object", "refusal", "silence"],
)
def test_what_is_no_yes_is_a_no(serve: Callable[[socket.socket], None], tmp_path: Path) -> None:
    with monitor(tmp_path / "m", serve):
        assert not inject_nmi(tmp_path / "m", deadline_s=0.5)


def test_no_monitor_is_a_no(tmp_path: Path) -> None:
    assert not inject_nmi(tmp_path / "m")
