# SPDX-License-Identifier: GPL-2.0-or-later
"""``ports.HabitSource`` on a git repository: how the functions of a tree treat what they call,
counted by several processes. Keeps nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pygit2

from vreview.adapters.index import reader
from vreview.adapters.index.pool import in_batches, in_processes
from vreview.adapters.index.trees import tree_files
from vreview.analysis.habits import conducts, named_in_header
from vreview.analysis.mined import Census
from vreview.model.series import Oid
from vreview.ports import Observer

_SHARED = "include/"


class TreeHabits:
    """Implements ports.HabitSource for one repository."""

    def __init__(
        self,
        git_folder: Path,
        tables: Mapping[str, Mapping[str, object]],
        *,
        wanted: Callable[[str], bool],
    ) -> None:
        self._git_folder = git_folder
        self._tables = tables
        self._wanted = wanted

    def census(self, tree: Oid, *, jobs: int, observer: Observer) -> Census:
        """Raises OurFailure when a process dies."""
        repo = pygit2.Repository(str(self._git_folder))
        files = sorted(tree_files(repo, tree, self._wanted).items())
        whole = Census()
        what = "reading habits"
        observer.begin(what)
        for number, part in enumerate(
            in_processes(
                count,
                in_batches(files),
                jobs=jobs or os.cpu_count() or 1,
                start=reader.start,
                given=(str(self._git_folder), dict(self._tables)),
            ),
            start=1,
        ):
            whole.merge(part)
            done = min(number * len(in_batches(files)[0]), len(files))
            observer.advance(done, len(files), f"{done}/{len(files)} files")
        observer.end(what, f"{len(files)} files read")
        return whole


def count(files: Sequence[tuple[str, bytes]]) -> Census:
    """In a process: the census of some files."""
    census = Census()
    for path, text in reader.texts(files):
        if path.startswith(_SHARED):
            named, marked = named_in_header(text)
            census.named |= named
            census.marked |= marked
        if path.endswith(".c") or b"inline" in text:
            census.add(path, conducts(text, reader.knowledge()))
    return census
