# SPDX-License-Identifier: GPL-2.0-or-later
"""What is there, what is missing, what to type: one line a thing.

Looks only; installing is packages.install. A thing that cannot be looked at counts as missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from vreview.adapters.host.packages import Package, install_command, packages
from vreview.errors import VreviewError

_ROOM_BYTES = 6 * 1024**3
"""A kernel tree, two build slots with their objects, and a handful of kernels: measured 5 GiB."""


class State(Enum):
    MISSING = "missing"
    WARN = "look"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Check:
    """One line. ``type_next`` is the command that mends it."""

    name: str
    state: State
    detail: str
    type_next: str = ""


def package_checks(where: str) -> tuple[Check, ...]:
    """One check a missing package, or one for all when none is missing."""
    absent = missing_packages()
    if not absent:
        return (Check("system packages", State.OK, f"all {len(packages())} are there"),)
    command = " ".join(install_command(absent, where))
    return tuple(
        Check(
            p.name(where) or p.shows,
            State.MISSING,
            f"needed to {p.purpose}",
            "vreview doctor --fix" if where == "debian" else command,
        )
        for p in absent
    )


def missing_packages() -> tuple[Package, ...]:
    return tuple(p for p in packages() if not p.present)


def folder_check(name: str, folder: Path) -> Check:
    """Is there a writable folder with room?"""
    place = folder
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return Check(name, State.MISSING, f"{folder} cannot be written", f"ls -ld {place}")
    free = shutil.disk_usage(place).free
    room = f"{folder}, {free / 1024**3:.0f} GiB free"
    if free < _ROOM_BYTES:
        return Check(name, State.WARN, f"{room}; a review wants 6", f"df -h {place}")
    return Check(name, State.OK, room)


def looked_at(name: str, look: Callable[[], Check]) -> Check:
    """The check, or what stood in its way."""
    try:
        return look()
    except VreviewError as err:
        return Check(name, State.MISSING, str(err), err.hint)
