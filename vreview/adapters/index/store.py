# SPDX-License-Identifier: GPL-2.0-or-later
"""The index's file: blobs with their functions, and which blob lies where in which tree.

One file serves all trees and repositories, since a blob is the same wherever it lies. It belongs
to one version of the analysis; another version keeps a file of its own. Reads no git.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NewType

from vreview.errors import StorageFailed

TreeKey = NewType("TreeKey", int)
"""A tree's number in the file."""

_MANY = 2_000  # blobs: from here on it is faster to read all ids at once
_TABLES = """
CREATE TABLE IF NOT EXISTS blob (id INTEGER PRIMARY KEY, oid BLOB NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS function (
    name TEXT NOT NULL, blob INTEGER NOT NULL, facts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS function_name ON function (name);
CREATE TABLE IF NOT EXISTS callback (
    name TEXT NOT NULL, blob INTEGER NOT NULL, facts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS callback_name ON callback (name);
CREATE TABLE IF NOT EXISTS tree (
    id INTEGER PRIMARY KEY, oid BLOB NOT NULL UNIQUE, root INTEGER, whole INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS file (
    tree INTEGER NOT NULL, blob INTEGER NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (tree, blob, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gone (
    tree INTEGER NOT NULL, path TEXT NOT NULL, PRIMARY KEY (tree, path)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A function or a callback by name, its facts packed."""

    name: str
    facts: list[Any]


@dataclass(frozen=True, slots=True)
class Read:
    """What one blob gave."""

    oid: bytes
    functions: tuple[Entry, ...]
    callbacks: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """Of a tree in the index; ``functions`` of the whole file, whatever tree they are of."""

    files: int
    functions: int
    bytes: int


class IndexFile:
    """An open index. Writers wait for each other; readers wait for nobody (WAL)."""

    def __init__(self, path: Path, *, writing: bool) -> None:
        """Raises StorageFailed for what is no index, or cannot be written."""
        self.path = path
        with self.failing("open"):
            if writing:
                path.parent.mkdir(parents=True, exist_ok=True)
            mode = "rwc" if writing else "ro"
            self._db = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=30)
            if writing:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute("PRAGMA cache_size = -65536")
                self._db.executescript(_TABLES)

    def close(self) -> None:
        self._db.close()

    @contextlib.contextmanager
    def failing(self, verb: str) -> Iterator[None]:
        """Turns what SQLite says into our own failure, with what to do."""
        try:
            yield
        except (sqlite3.Error, OSError) as err:
            raise StorageFailed(
                f"cannot {verb} the index {self.path}: {err}",
                path=self.path,
                hint=f"if it is damaged: rm {self.path}*, then vreview index",
            ) from err

    def lacking(self, oids: Iterable[bytes]) -> set[bytes]:
        """Those of the blobs that are not in the index."""
        wanted = set(oids)
        with self.failing("read"):
            if len(wanted) > _MANY:
                return wanted - {oid for (oid,) in self._db.execute("SELECT oid FROM blob")}
            asked = "SELECT 1 FROM blob WHERE oid = ?"
            return {oid for oid in wanted if not self._db.execute(asked, (oid,)).fetchone()}

    def add(self, reads: Iterable[Read]) -> None:
        """Blobs with all that they gave, in one transaction; one that is there already stays."""
        with self.failing("write"), self._db:
            for read in reads:
                row = self._db.execute(
                    "INSERT INTO blob (oid) VALUES (?) ON CONFLICT DO NOTHING", (read.oid,)
                )
                if not row.rowcount:
                    continue
                for table, entries in (("function", read.functions), ("callback", read.callbacks)):
                    self._db.executemany(
                        f"INSERT INTO {table} VALUES (?, {row.lastrowid}, ?)",
                        [(e.name, json.dumps(e.facts, separators=(",", ":"))) for e in entries],
                    )

    def tree(self, oid: bytes) -> TreeKey | None:
        """A tree all of whose files are in the index."""
        with self.failing("read"):
            row = self._db.execute("SELECT id FROM tree WHERE oid = ?", (oid,)).fetchone()
        return TreeKey(row[0]) if row else None

    def latest_root(self) -> tuple[TreeKey, bytes] | None:
        """The tree that was added last with a list of all its files."""
        with self.failing("read"):
            row = self._db.execute(
                "SELECT id, oid FROM tree WHERE root IS NULL ORDER BY id DESC LIMIT 1"
            ).fetchone()
        return (TreeKey(row[0]), row[1]) if row else None

    def add_tree(
        self,
        oid: bytes,
        files: Mapping[str, bytes],
        *,
        root: TreeKey | None = None,
        gone: Iterable[str] = (),
        count: int = 0,
    ) -> None:
        """A tree by its files (path to blob), or by how it differs from ``root``: ``files`` are
        then those that are new or other, ``gone`` the paths that changed or went. ``count``: how
        many files it has. Their blobs must be in the index."""
        with self.failing("write"), self._db:
            row = self._db.execute(
                "INSERT INTO tree (oid, root, whole) VALUES (?, ?, ?)", (oid, root, count)
            )
            tree = row.lastrowid
            self._db.executemany(
                f"INSERT INTO file SELECT {tree}, id, ? FROM blob WHERE oid = ?", files.items()
            )
            self._db.executemany(f"INSERT INTO gone VALUES ({tree}, ?)", [(p,) for p in gone])

    def size(self, tree: TreeKey) -> Size:
        with self.failing("read"):
            (files,) = self._db.execute("SELECT whole FROM tree WHERE id = ?", (tree,)).fetchone()
            (functions,) = self._db.execute("SELECT max(rowid) FROM function").fetchone()
            return Size(files, functions or 0, self.path.stat().st_size)

    def root_of(self, tree: TreeKey) -> TreeKey:
        """The tree whose list of files ``tree`` is told by; itself where it has one."""
        with self.failing("read"):
            (root,) = self._db.execute("SELECT root FROM tree WHERE id = ?", (tree,)).fetchone()
        return TreeKey(root) if root is not None else tree

    def gone(self, tree: TreeKey) -> frozenset[str]:
        with self.failing("read"):
            rows = self._db.execute("SELECT path FROM gone WHERE tree = ?", (tree,))
            return frozenset(path for (path,) in rows)

    def find(self, table: str, name: str, trees: tuple[int, int]) -> list[tuple[int, str, str]]:
        """(tree, path, packed facts) of each file of the two trees that has ``name``."""
        with self.failing("read"):
            return self._db.execute(
                f"SELECT file.tree, file.path, {table}.facts FROM {table} CROSS JOIN file"
                f" ON file.tree IN (?, ?) AND file.blob = {table}.blob"
                f" WHERE {table}.name = ? ORDER BY file.path",
                (*trees, name),
            ).fetchall()
