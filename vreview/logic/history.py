# SPDX-License-Identifier: GPL-2.0-or-later
"""What a series does to each file, patch by patch, under whatever names the file has meanwhile.

Follows renames and copies that the diffs declare; does not guess undeclared ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vreview.model.series import Change, FileDiff, Patch


@dataclass(frozen=True, slots=True)
class FileStep:
    """One patch's diff of one file. ``patch`` is the patch's number in the series."""

    patch: int
    diff: FileDiff


@dataclass(frozen=True, slots=True, eq=False)
class FileHistory:
    """A file from the base to the tip. Equal only to itself: hashing every hunk would be slow.

    ``base_path`` is None for a file that the series adds; ``path`` is its last name. State 0 is
    the base, state k the file after ``steps[k - 1]``.
    """

    base_path: str | None
    path: str
    steps: tuple[FileStep, ...]
    deleted: bool = False

    def path_at(self, state: int) -> str | None:
        """The file's name in a state, None where it does not exist."""
        if state == 0:
            return self.base_path
        diff = self.steps[state - 1].diff
        return None if diff.change is Change.DELETE else diff.new_path

    def state_after(self, patch: int) -> int:
        """The state in which the patches up to and including ``patch`` leave the file."""
        return sum(step.patch <= patch for step in self.steps)


def histories(patches: Iterable[Patch]) -> tuple[FileHistory, ...]:
    """One history for each file that the patches touch, sorted by the last name.

    A copy's history is that of its source up to the copy: what is wrong in the source was not
    made by copying it. A deleted file has one too; when it comes back, that is another file.
    """
    alive: dict[str, FileHistory] = {}
    dead: list[FileHistory] = []
    for patch in patches:
        for diff in patch.files:
            history = _stepped(alive, FileStep(patch.n, diff))
            if history.deleted:
                alive.pop(history.path, None)
                dead.append(history)
            else:
                alive[history.path] = history
    return tuple(sorted((*alive.values(), *dead), key=lambda h: (h.path, h.deleted)))


def _stepped(alive: dict[str, FileHistory], step: FileStep) -> FileHistory:
    diff = step.diff
    source = diff.new_path if diff.change is Change.ADD else diff.old_path
    source = source or diff.path
    known = alive.get(source)
    if known is None:
        known = FileHistory(None if diff.change is Change.ADD else source, source, ())
    if diff.change is Change.RENAME:
        alive.pop(source, None)
    return replace(
        known,
        path=diff.path,
        steps=(*known.steps, step),
        deleted=diff.change is Change.DELETE,
    )
