# SPDX-License-Identifier: GPL-2.0-or-later
"""What the hostile series are played against, and what is looked at afterwards."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hostile_series import Git, Victims, states

from vreview.adapters.kbuild.slots import Slot
from vreview.model.series import Oid

SECRET = "-----BEGIN CANARY KEY-----"
WHO = ("-c", "user.name=Test Person", "-c", "user.email=test@example.org")


@dataclass(slots=True)
class Listener:
    """Everything that reached the host's loopback, by whatever protocol."""

    heard: list[bytes] = field(default_factory=list)
    port: int = 0
    name: str = f"vreview-canary-{os.getpid()}"

    def serve(self) -> Iterator[None]:
        stream, datagram = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        abstract = socket.socket(socket.AF_UNIX)
        stream.bind(("127.0.0.1", 0))
        self.port = stream.getsockname()[1]
        datagram.bind(("127.0.0.1", self.port))
        abstract.bind(f"\0{self.name}")

        def accept(one: socket.socket) -> None:
            one.listen()
            while True:
                try:
                    connection, _ = one.accept()
                except OSError:
                    return
                with connection:
                    self.heard.append(connection.recv(100))

        def receive() -> None:
            while True:
                data = datagram.recv(100)
                if data == b"end":
                    return
                self.heard.append(data)

        threads = [
            threading.Thread(target=accept, args=(stream,), daemon=True),
            threading.Thread(target=accept, args=(abstract,), daemon=True),
            threading.Thread(target=receive, daemon=True),
        ]
        for thread in threads:
            thread.start()
        yield
        for one in (stream, abstract):
            one.shutdown(socket.SHUT_RDWR)
        with socket.socket(type=socket.SOCK_DGRAM) as last:
            last.sendto(b"end", ("127.0.0.1", self.port))
        for thread in threads:
            thread.join(timeout=10)
        for one in (stream, abstract, datagram):
            one.close()


@dataclass(frozen=True, slots=True)
class Scene:
    """The thin tree, with the slot that it is checked out in."""

    git: Git
    base: Oid
    slot: Slot

    def commit(self, name: str, victims: Victims) -> Oid:
        """The tip of a hostile series on the base."""
        parent = str(self.base)
        for tree in states(self.git, name, victims, parent):
            parent = self.git.words(*WHO, "commit-tree", tree, "-p", parent, "-m", name)
        return Oid(parent)


def alive(mark: str) -> tuple[int, ...]:
    """The processes of the host with this word in their command line, but for this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            if f"sleep 600 # {mark}".encode() in words and words.startswith(b"perl"):
                found.append(int(entry.name))
    return tuple(found)
