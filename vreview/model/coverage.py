# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines of a file ran, and which of a patch's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FunctionCount:
    """How often a function was entered. ``first`` and ``last`` are its lines."""

    name: str
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class FileCounts:
    """How often each line of a file ran in one boot, from its start on.

    ``lines`` pairs the number of each line that code was made of with its count, in order; a line
    that is not in it was not compiled (a comment, a declaration, what the compiler left out).
    """

    path: str
    lines: tuple[tuple[int, int], ...]
    functions: tuple[FunctionCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Lines of one patch that ran in no suite, next to each other among the compiled ones.

    ``first`` and ``last`` are lines of the tip's file, ``lines`` how many between them were
    compiled. ``error_path``: they are a way out after a failure. ``reached`` says what had to fail
    for them to run ("the 3rd allocation of VHOST_SET_OWNER"), empty when they never did.
    """

    path: str
    first: int
    last: int
    lines: int
    function: str = ""
    error_path: bool = False
    reached: str = ""

    def __str__(self) -> str:
        span = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.path}:{span}"


@dataclass(frozen=True, slots=True)
class FileLines:
    """A patch's compiled lines in one file, in the tip's numbers: those that a suite ran, and the
    others."""

    path: str
    ran: tuple[int, ...]
    idle: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PatchCoverage:
    """Of the lines that a patch adds or changes, and no later one changes again: how many were
    compiled, how many of these ran in a suite, and in which (``suites``, with their number).
    ``lost`` are suites of which a guest ended without its counts: what only it ran is not known."""

    patch: int
    compiled: int
    ran: int
    suites: tuple[tuple[str, int], ...] = ()
    gaps: tuple[Gap, ...] = ()
    files: tuple[FileLines, ...] = ()
    lost: tuple[str, ...] = ()
