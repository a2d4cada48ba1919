# SPDX-License-Identifier: GPL-2.0-or-later
"""What vreview keeps on disk, as entries that can be listed and pruned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Kind(Enum):
    """What an entry is; the value is the list's word."""

    KERNEL = "kernel"
    CONFIG = "config"
    SLOT = "build slot"
    GUEST = "guest program"
    SCRIPTS = "scripts"
    FAILED = "failed build"
    INDEX = "index"
    TREE = "tree"
    RUN = "run"
    SCRATCH = "scratch"

    @property
    def asked_for(self) -> bool:
        """Made on the user's word by a command of its own, and so never pruned."""
        return self in (Kind.INDEX, Kind.TREE)


@dataclass(frozen=True, slots=True)
class Entry:
    """``used`` is the last use, in seconds since 1970; ``held``: a running vreview works with it.

    ``name`` says more than the path does ("6.1.192 test", the title of a run's series).
    """

    kind: Kind
    path: Path
    name: str
    bytes: int
    used: float
    held: bool = False


@dataclass(frozen=True, slots=True)
class Pruned:
    """What became of the entries that were to go. ``kept`` were taken into use meanwhile."""

    removed: tuple[Entry, ...]
    kept: tuple[Entry, ...]
