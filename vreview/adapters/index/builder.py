# SPDX-License-Identifier: GPL-2.0-or-later
"""``FunctionIndex`` on a file of the cache: built by several processes, a blob read only once.

What is read is kept from time to time, so a build that was stopped goes on where it was. Lints
read while one is under way; two builds wait for each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pygit2

from vreview.adapters.files import locked
from vreview.adapters.index.library import IndexLibrary
from vreview.adapters.index.store import IndexFile, Read
from vreview.adapters.index.trees import GIT_FILE, tree_files
from vreview.adapters.index.version import index_version
from vreview.model.series import Oid
from vreview.ports import Indexed, Observer

Tables = Mapping[str, Mapping[str, object]]
Files = dict[str, bytes]
_File = tuple[str, bytes]  # path and blob
_FEW = 30
"""Files that are read sooner than another process is started."""
_FAR = 4_000  # files: a tree that differs by more is listed anew


class TreeIndex:
    """Implements ports.FunctionIndex for one repository."""

    def __init__(
        self, folder: Path, git_folder: Path, tables: Tables, *, wanted: Callable[[str], bool]
    ) -> None:
        """``folder``: where the index lies. ``wanted``: which paths of a tree belong in it."""
        self._folder = folder
        self._git_folder = git_folder
        self._tables = tables
        self._wanted = wanted

    @cached_property
    def path(self) -> Path:
        """The file of this version."""
        return self._folder / f"functions-{index_version(self._tables)}.sqlite"

    def library(self, tree: Oid, *, hidden: frozenset[str]) -> IndexLibrary | None:
        """What the index says of a tree, None where the tree is not in it."""
        if not any(self._folder.glob("functions-*.sqlite")) or not self.path.is_file():
            return None  # where there is none at all, its name need not be worked out
        index = IndexFile(self.path, writing=False)
        key = index.tree(bytes.fromhex(tree))
        if key is None:
            index.close()
            return None
        return IndexLibrary(index, key, hidden=hidden)

    def build(self, tree: Oid, *, jobs: int, observer: Observer) -> Indexed:
        """Brings a tree into the index. Raises StorageFailed, OurFailure."""
        with locked(self.path.with_suffix(".lock")):
            index = IndexFile(self.path, writing=True)
            try:
                self._drop_older()
                return self._build(index, tree, jobs=jobs, observer=observer)
            finally:
                index.close()

    def _drop_older(self) -> None:
        """Indexes of another vreview, which nobody can read any more."""
        for path in self.path.parent.glob("functions-*"):
            if not path.name.startswith(self.path.stem):
                path.unlink(missing_ok=True)

    def _build(self, index: IndexFile, tree: Oid, *, jobs: int, observer: Observer) -> Indexed:
        oid = bytes.fromhex(tree)
        read = 0
        if index.tree(oid) is None:
            repo = pygit2.Repository(str(self._git_folder))
            root = index.latest_root()
            change = self._change(repo, root[1], tree) if root else None
            files, gone = change or (tree_files(repo, tree, self._wanted), frozenset[str]())
            read = self._read_missing(index, files, jobs=jobs, observer=observer)
            if root and change:
                before = index.size(root[0]).files
                count = before + len(files) - len(gone)
                index.add_tree(oid, files, root=root[0], gone=gone, count=count)
            else:
                index.add_tree(oid, files, count=len(files))
        key = index.tree(oid)
        assert key is not None
        size = index.size(key)
        return Indexed(size.files, read, size.functions, size.bytes)

    def _change(
        self, repo: pygit2.Repository, root: bytes, tree: Oid
    ) -> tuple[Files, frozenset[str]] | None:
        """What differs from a tree of the index; None when it is too much, or not in this
        repository."""
        before = repo.get(root.hex())
        if not isinstance(before, pygit2.Tree):
            return None
        diff = before.diff_to_tree(
            repo[str(tree)].peel(pygit2.Tree), flags=pygit2.enums.DiffOption.SKIP_BINARY_CHECK
        )
        files: Files = {}
        gone: set[str] = set()
        for number, delta in enumerate(diff.deltas):
            if number > _FAR:
                return None
            if int(delta.old_file.mode) in GIT_FILE and self._wanted(delta.old_file.path):
                gone.add(delta.old_file.path)
            if int(delta.new_file.mode) in GIT_FILE and self._wanted(delta.new_file.path):
                files[delta.new_file.path] = delta.new_file.id.raw
        return files, frozenset(gone)

    def _read_missing(
        self, index: IndexFile, files: Files, *, jobs: int, observer: Observer
    ) -> int:
        """Reads the blobs that are not in the index yet; gives how many."""
        lacking = index.lacking(files.values())
        paths = {oid: path for path, oid in sorted(files.items()) if oid in lacking}
        missing = [(path, oid) for oid, path in paths.items()]
        what = "indexing functions"
        observer.begin(what)
        done = 0
        for reads in self._results(missing, jobs or os.cpu_count() or 1):
            index.add(reads)
            done += len(reads)
            observer.advance(done, len(missing), f"{done}/{len(missing)} files")
        observer.end(what, f"{done} files read")
        return done

    def _results(self, files: Sequence[_File], jobs: int) -> Iterator[list[Read]]:
        """What the files hold, batch by batch as it comes."""
        from vreview.adapters.index.reader import opened, read_blobs, start

        if len(files) <= _FEW:
            opened(str(self._git_folder), self._tables)
            yield read_blobs(files)
            return
        from vreview.adapters.index.pool import in_batches, in_processes

        yield from in_processes(
            read_blobs,
            in_batches(files),
            jobs=jobs,
            start=start,
            given=(str(self._git_folder), dict(self._tables)),
        )
