# SPDX-License-Identifier: GPL-2.0-or-later
"""How much folders grow while a stranger's command runs: in bytes and in files.

No limit of the system bounds a folder, so it is watched. The file system's own count, which is
cheap, says when to look; others write to it as well, so what the folder holds is what is judged.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vreview.adapters.proc import run

_PAUSE = 3
"""Between two looks into the folders: so many times as long as the last one took."""
_LOOK_DEADLINE_S = 60.0


@dataclass(slots=True)
class Room:
    """Asked again and again while the command runs."""

    folders: Sequence[Path]
    most_bytes: int
    most_files: int
    _began: dict[Path, tuple[int, int]] = field(init=False)
    _next: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._began = {folder: _free(folder) for folder in self.folders}

    def exceeded(self) -> str:
        """The sentence for a folder that has become too large, else empty."""
        for folder in self.folders:
            begun = time.monotonic()
            if begun < self._next or not self._suspect(folder):
                continue
            if _bytes(folder) > self.most_bytes:
                return f"it wrote more than {self.most_bytes >> 20} MiB"
            if _files(folder) > self.most_files:
                return f"it made more than {self.most_files} files"
            self._next = time.monotonic() + _PAUSE * (time.monotonic() - begun)
        return ""

    def _suspect(self, folder: Path) -> bool:
        """True when the file system lost as much as would be too much, whoever took it."""
        (bytes_then, files_then), (bytes_now, files_now) = self._began[folder], _free(folder)
        return (
            bytes_then - bytes_now > self.most_bytes // 2
            or files_then - files_now > self.most_files // 2
        )


def _free(folder: Path) -> tuple[int, int]:
    seen = os.statvfs(folder)
    return seen.f_bavail * seen.f_frsize, seen.f_favail


def _bytes(folder: Path) -> int:
    return _sum("du", "-sxk", "--", str(folder)) * 1024


def _files(folder: Path) -> int:
    return _sum("du", "-sx", "--inodes", "--", str(folder))


def _sum(*argv: str) -> int:
    done = run(argv, deadline_s=_LOOK_DEADLINE_S, check=False, apart=True)
    word = done.text.partition("\t")[0]
    return int(word) if word.isdigit() else 0
