# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run leaves to look at: consoles, what the jobs said, build logs; within a budget.

What is too long is cut in its middle, with a line that says how much is left out: the beginning
says what was run, the end how it ended. Nothing is cut before it was read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from vreview.errors import StorageFailed

MOST_OF_ONE = 8 << 20
"""Bytes of a single file. A boot's console has 50 KiB."""
LEAST_OF_ONE = 64 << 10
"""No file is cut shorter than this, whatever the budget."""

SUFFIXES = (".console", ".output", ".log")

_CUT = re.compile(rb"^\[cut here: (?P<bytes>\d+) bytes, (?P<lines>\d+) lines left out\]$", re.M)


def keep_output(folder: Path, name: str, text: str) -> None:
    """Keeps what a job said as ``NAME.output``. Raises StorageFailed."""
    if text:
        _written(folder / f"{name}.output", text.encode(errors="backslashreplace"))


def keep_log(folder: Path, name: str, log: Path) -> None:
    """Keeps a copy of a build's log as ``NAME.log``, as far as there is one. Raises
    StorageFailed."""
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        return
    except OSError as err:
        raise _failed(log, err) from err
    _written(folder / f"{name}.log", data)


def cut(path: Path, most: int = MOST_OF_ONE) -> None:
    """Leaves no more of a file than ``most`` bytes and the line that says so.

    A file that was cut before has one such line, which speaks of both. Raises StorageFailed.
    """
    try:
        if path.stat().st_size <= most:
            return
        data = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as err:
        raise _failed(path, err) from err
    head = data[: data.rfind(b"\n", 0, most // 2) + 1] or data[: most // 2]
    begin = len(data) - most // 2
    tail = data[data.find(b"\n", begin - 1) + 1 or begin :]
    middle = data[len(head) : len(data) - len(tail)]
    size, lines = len(middle), middle.count(b"\n")
    for earlier in _CUT.finditer(middle):
        size += int(earlier["bytes"]) - len(earlier[0]) - 1
        lines += int(earlier["lines"]) - 1
    _written(path, b"%s[cut here: %d bytes, %d lines left out]\n%s" % (head, size, lines, tail))


def within(folder: Path, budget: int) -> None:
    """Cuts the largest artifacts of a run's folder until all of them have ``budget`` bytes, as far
    as that can be. Raises StorageFailed."""
    sizes = {path: path.stat().st_size for path in _artifacts(folder)}
    for path, size in sorted(sizes.items(), key=lambda each: (-each[1], each[0])):
        over = sum(sizes.values()) - budget
        if over <= 0 or size <= LEAST_OF_ONE:
            return
        cut(path, max(LEAST_OF_ONE, size - over))
        sizes[path] = path.stat().st_size


def _artifacts(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())


def _written(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError as err:
        fresh.unlink(missing_ok=True)
        raise _failed(path, err) from err


def _failed(path: Path, err: OSError) -> StorageFailed:
    return StorageFailed(
        f"cannot write {path}: {err.strerror or err}",
        path=path,
        hint="vreview cache prune makes room; df -h says where",
    )
