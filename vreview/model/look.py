# SPDX-License-Identifier: GPL-2.0-or-later
"""What another tool is shown of a series, and what that takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from vreview.model.observation import Observation
from vreview.model.series import Oid


class Sight(Enum):
    """What a tool reads; the value says it in the documents' words."""

    PATCH = "a patch"
    FILE = "a file alone"
    BUILD = "a file in a built tree"


@dataclass(frozen=True, slots=True)
class Unit:
    """How the build compiles one file: ``command`` is the compiler with the flags that matter to a
    reader of the source (no output, no dependency file, no source), to be run in ``cwd``;
    ``source`` is the folder of the checkout."""

    command: tuple[str, ...]
    cwd: Path
    source: Path


@dataclass(frozen=True, slots=True)
class Look:
    """One thing to look at.

    ``file`` is a path in the tree, "" for a patch. ``text`` is the patch as a mail, or the file.
    ``headers`` pairs the headers that the series touches with their text, as they are on the same
    side. ``base`` is the commit whose scripts are to be used, None without a tree. ``rules`` are
    those that are asked for; None is every one.
    """

    file: str
    text: bytes
    base: Oid | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    rules: frozenset[str] | None = None
    bare: bool = False
    """True for a patch that is a diff without a mail: nothing may be said of its message."""
    unit: Unit | None = None
    """How the file is compiled, for a tool that needs a built tree."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tool said of one look. ``troubles``: parts of it that failed, in sentences."""

    observations: tuple[Observation, ...]
    troubles: tuple[str, ...] = ()
