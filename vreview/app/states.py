# SPDX-License-Identifier: GPL-2.0-or-later
"""The C files of a series in each of their states, read from a tree or from the hunks alone.

Reads and numbers text; does not judge it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol

from vreview.analysis.excerpt import Chunk
from vreview.logic.attribution import Edit, located
from vreview.logic.excerpt import excerpts
from vreview.logic.history import FileHistory
from vreview.model.series import Oid

if TYPE_CHECKING:
    from vreview.ports import Repo

_ELSEWHERE = ("tools/", "scripts/", "usr/", "samples/bpf/", "Documentation/")
"""Programs of the build machine or of user space: the kernel's conventions are not theirs."""


def is_kernel_c(path: str | None) -> bool:
    """True for C source of the kernel itself, headers included."""
    return (
        path is not None
        and PurePosixPath(path).suffix in {".c", ".h"}
        and not path.startswith(_ELSEWHERE)
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """A file's text as a commit has it."""

    text: bytes

    def line(self, number: int) -> str:
        """A line of it as text, without its end; empty beyond the file."""
        lines = self.text.split(b"\n")
        return _decoded(lines[number - 1]) if 0 < number <= len(lines) else ""


@dataclass(frozen=True, slots=True)
class Visible:
    """What hunks show of a file."""

    chunks: tuple[Chunk, ...]

    def line(self, number: int) -> str:
        """A line of it as text, without its end; empty where no hunk shows it."""
        for chunk in self.chunks:
            if chunk.first_line <= number < chunk.first_line + len(chunk.lines):
                return _decoded(chunk.lines[number - chunk.first_line])
        return ""


Source = Whole | Visible


class States(Protocol):
    """The states of one file after another; see ``FileHistory`` for their numbers."""

    def source(self, history: FileHistory, state: int) -> Source | None:
        """The file in a state; None where it does not exist or is no file."""
        ...

    def edits(self, history: FileHistory) -> tuple[Edit, ...]:
        """What each step did, its hunks numbered as they lie in the file after it."""
        ...


@dataclass(frozen=True, slots=True)
class TreeStates:
    """States from the commits of an applied series. ``commits`` by patch number; 0 is the base.
    ``read`` remembers what the repository was asked for."""

    repo: Repo
    commits: Mapping[int, Oid]
    read: dict[tuple[FileHistory, int], Source | None] = field(default_factory=dict)

    def source(self, history: FileHistory, state: int) -> Source | None:
        key = history, state
        if key not in self.read:
            self.read[key] = self._source(history, state)
        return self.read[key]

    def _source(self, history: FileHistory, state: int) -> Source | None:
        path = history.path_at(state)
        patch = history.steps[state - 1].patch if state else 0
        text = self.repo.read(self.commits[patch], path) if path else None
        return None if text is None else Whole(text)

    def edits(self, history: FileHistory) -> tuple[Edit, ...]:
        return tuple(self._edits(history))

    def _edits(self, history: FileHistory) -> Iterator[Edit]:
        for state, step in enumerate(history.steps, start=1):
            after = self.source(history, state)
            lines = after.text.split(b"\n") if isinstance(after, Whole) else ()
            yield Edit(step.patch, located(step.diff.hunks, lines))


@dataclass(frozen=True, slots=True)
class HunkStates:
    """States from the hunks' own text, for a series whose base is not at hand."""

    read: dict[FileHistory, tuple[Visible, ...]] = field(default_factory=dict)

    def source(self, history: FileHistory, state: int) -> Source | None:
        if history.path_at(state) is None:
            return None
        if history not in self.read:
            self.read[history] = _visible(history)
        return self.read[history][state]

    def edits(self, history: FileHistory) -> tuple[Edit, ...]:
        return tuple(Edit(step.patch, step.diff.hunks) for step in history.steps)


def _visible(history: FileHistory) -> tuple[Visible, ...]:
    return tuple(
        Visible(
            tuple(
                Chunk(part.first_line, part.lines, part.section.encode(errors="surrogateescape"))
                for part in parts
            )
        )
        for parts in excerpts([step.diff.hunks for step in history.steps])
    )


def _decoded(line: bytes) -> str:
    return line.rstrip(b"\r").decode(errors="replace")
