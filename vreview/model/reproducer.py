# SPDX-License-Identifier: GPL-2.0-or-later
"""What is needed to see a failure again: on this machine by one command, on another by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vreview.model.kernel import Recipe, Toolchain
from vreview.model.series import Oid


class Failure(Enum):
    """What went wrong, so what has to be done again."""

    BUILD = "build"
    BOOT = "boot"


@dataclass(frozen=True, slots=True)
class Reproducer:
    """One failure of a series' last commit.

    ``finding`` is the observation's fingerprint, ``message`` its sentence. ``base`` and ``tip`` are
    commits, ``tip_tree`` is the tree that the series makes of the base: the same wherever it is
    applied. ``suite`` is what ran in the guest, "" for a build; ``seen`` in how many of ``boots``
    boots the failure showed.
    """

    finding: str
    rule: str
    message: str
    failure: Failure
    series: str
    base: Oid
    tip: Oid
    tip_tree: Oid
    recipe: Recipe
    toolchain: Toolchain | None
    suite: str = ""
    kernel: str = "test"
    accelerator: str = ""
    seen: int = 1
    boots: int = 1

    @property
    def name(self) -> str:
        """Of its folder: the finding's short id, and the rule."""
        return f"{self.finding[:10]}-{self.rule.strip('-').replace('/', '-')}"


class Again(Enum):
    """What a replay says; the value is the report's word."""

    CANNOT_TELL = "cannot tell"
    GONE = "not seen again"
    SEEN = "seen again"


@dataclass(frozen=True, slots=True)
class Replayed:
    """``seen`` in how many of ``runs`` the failure showed. ``differs`` are sentences about what is
    not as it was (compiler, accelerator); ``why`` says what stood in the way of an answer."""

    again: Again
    seen: int = 0
    runs: int = 0
    differs: tuple[str, ...] = ()
    why: str = ""
    others: tuple[str, ...] = ()
    """What else went wrong meanwhile, a sentence each."""
