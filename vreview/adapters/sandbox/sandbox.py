# SPDX-License-Identifier: GPL-2.0-or-later
"""The confinement of a stranger's commands, put together from its parts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vreview.adapters.confine import Cell, Reach
from vreview.adapters.proc import Limits
from vreview.adapters.sandbox import cgroup
from vreview.adapters.sandbox.aftermath import handed_over, made_safe
from vreview.adapters.sandbox.bwrap import STRANGER, Limited, bubblewrapped
from vreview.adapters.sandbox.room import Room

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one command, with all that it starts, may use."""

    memory_bytes: int = 6 * _GIB
    processes: int = 1024
    folder_bytes: int = 8 * _GIB
    """Of a folder that it may write to, with what was there before."""
    folder_files: int = 300_000
    file_bytes: int = 4 * _GIB
    tmp_bytes: int = _GIB
    """Of its /tmp, which is memory."""
    log_bytes: int = 64 << 20
    poll_s: float = 0.5


def allowance(*, jobs: int) -> Allowance:
    """For so many compilers at once: the largest link takes 2 GiB, a compiler half a one; three
    quarters of the machine's memory at most."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    wanted = 6 * _GIB + jobs * _GIB // 2
    return Allowance(memory_bytes=min(wanted, machine * 3 // 4), processes=1024 + 16 * jobs)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Implements ``confine.Confinement`` with bubblewrap, as ``offer`` found that it works here."""

    nested: bool
    allowance: Allowance = field(default_factory=Allowance)
    groups: cgroup.Hierarchy | None = None
    strict: bool = True
    moves: bool = True

    @contextlib.contextmanager
    def entered(
        self, argv: Sequence[str], *, reach: Reach, env: Mapping[str, str]
    ) -> Iterator[Cell]:
        """The command in its sandbox; afterwards what it may have written is made safe."""
        root, most = os.geteuid() == 0, self.allowance
        for folder in reach.writable if root else ():
            handed_over(folder, STRANGER)
        inside = bubblewrapped(
            argv,
            reach=reach,
            env=env,
            limited=Limited(
                processes=most.processes,
                file_bytes=most.file_bytes,
                # What all may have together needs no limit on each: some map much and use little.
                memory_bytes=0 if self.groups else most.memory_bytes,
            ),
            tmp_bytes=most.tmp_bytes,
            root=root,
            nested=self.nested,
        )
        room = Room(reach.writable, most.folder_bytes, most.folder_files)
        limits = Limits(log_bytes=most.log_bytes, exceeded=room.exceeded, poll_s=most.poll_s)
        try:
            if self.groups is None:
                yield Cell(inside, {}, limits)
                return
            with cgroup.caged(
                self.groups, memory_bytes=most.memory_bytes, processes=most.processes + 8
            ) as groups:
                yield Cell(cgroup.entering(groups, inside), {}, limits)
        finally:
            for folder in reach.writable:
                made_safe(folder, inside=reach.readable)
