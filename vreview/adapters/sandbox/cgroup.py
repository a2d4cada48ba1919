# SPDX-License-Identifier: GPL-2.0-or-later
"""A control group for one command: how much memory and how many processes it has in all.

Needs a hierarchy that we may write to: root has one, a user whose unit is delegated (v2) too. What
is left behind by a killed vreview is an empty group, which the next one removes.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.files import storage_failed

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "vreview-"
_MEMORY = {2: "memory.max", 1: "memory.limit_in_bytes"}
_SWAP = {2: ("memory.swap.max", "0"), 1: ("memory.memsw.limit_in_bytes", "")}


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Folders in which groups can be made: one of v2, or one for each controller of v1."""

    version: int
    memory: Path
    pids: Path | None


def hierarchy() -> Hierarchy | None:
    """The one that limits memory here, None when there is none that we may write to."""
    own = _own_groups()
    for version, parent in _memory_parents(own):
        if not os.access(parent, os.W_OK):
            continue
        with contextlib.suppress(OSError), _group(parent) as probe:
            if (probe / _MEMORY[version]).exists():
                pids = parent if version == 2 else _ROOT / "pids" / own.get("pids", "").lstrip("/")
                return Hierarchy(version, parent, pids if os.access(pids, os.W_OK) else None)
    return None


def _own_groups() -> dict[str, str]:
    """The path of our own group by controller; that of v2 under ""."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return {}
    rows = [line.split(":", 2) for line in lines if line.count(":") >= 2]
    return {name: path for _, names, path in rows for name in names.split(",")}


def _memory_parents(own: dict[str, str]) -> Iterator[tuple[int, Path]]:
    """Where a group might be made. In v2 none below our own: it holds processes, us at least."""
    if (_ROOT / "cgroup.controllers").exists():
        mine = _ROOT / own.get("", "/").lstrip("/")
        yield 2, mine if mine == _ROOT else mine.parent
    if "memory" in own:
        yield 1, _ROOT / "memory" / own["memory"].lstrip("/")
        yield 1, _ROOT / "memory"


@contextlib.contextmanager
def _group(parent: Path) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
    try:
        yield made
    finally:
        with contextlib.suppress(OSError):
            made.rmdir()


@contextlib.contextmanager
def caged(where: Hierarchy, *, memory_bytes: int, processes: int) -> Iterator[tuple[Path, ...]]:
    """New groups, for the command to enter: its number goes into the cgroup.procs of each.

    Raises StorageFailed.
    """
    _sweep(where)
    with contextlib.ExitStack() as stack:
        try:
            memory = stack.enter_context(_group(where.memory))
            (memory / _MEMORY[where.version]).write_text(str(memory_bytes))
            name, value = _SWAP[where.version]
            with contextlib.suppress(OSError):  # a kernel without swap accounting
                (memory / name).write_text(value or str(memory_bytes))
            groups = [memory]
            if where.pids is not None:
                same = where.pids == where.memory
                pids = memory if same else stack.enter_context(_group(where.pids))
                (pids / "pids.max").write_text(str(processes))
                groups += [] if same else [pids]
        except OSError as err:
            raise storage_failed("make a control group in", where.memory, err) from err
        yield tuple(groups)


def _sweep(where: Hierarchy) -> None:
    """Removes the groups of those who were killed. One of the living may be empty as yet."""
    for parent in {where.memory, where.pids or where.memory}:
        for old in parent.glob(f"{_PREFIX}*"):
            maker = old.name.removeprefix(_PREFIX).partition("-")[0]
            if not (maker.isdigit() and Path("/proc", maker).exists()):
                with contextlib.suppress(OSError):
                    old.rmdir()


def entering(groups: tuple[Path, ...], argv: tuple[str, ...]) -> tuple[str, ...]:
    """``argv``, from a shell that first puts itself into the groups."""
    enter = (
        'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 125; shift; n=$((n-1)); done'
    )
    files = (f"{group}/cgroup.procs" for group in groups)
    return ("sh", "-c", f'{enter}; exec "$@"', "sh", str(len(groups)), *files, *argv)
