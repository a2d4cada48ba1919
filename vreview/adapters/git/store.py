# SPDX-License-Identifier: GPL-2.0-or-later
"""A git object store through pygit2: revisions, files, trees, commits.

Never opens the index, runs no hook, and writes no ref outside ``refs/vreview/``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pygit2

from vreview.errors import StorageFailed, TreeError
from vreview.logic.patching import Entry
from vreview.model.series import Oid, Person

_TREE = 0o040000
_COMMIT = 0o160000
REFS = "refs/vreview/"


class Store:
    """One repository, bare or not. All ids are full hexadecimal."""

    def __init__(self, path: Path) -> None:
        """Raises TreeError when ``path`` is in no repository that we may read."""
        self.path = path
        self.repo = _opened(path)

    @property
    def git_folder(self) -> Path:
        return Path(self.repo.path)

    def commit(self, revision: str) -> pygit2.Commit:
        """Raises TreeError, with what to do in a shallow clone."""
        try:
            return self.repo.revparse_single(revision).peel(pygit2.Commit)
        except (KeyError, ValueError, pygit2.GitError):
            # libgit2 knows fewer spellings than git: no branch@{push}, no :/text.
            return self.repo[self._rev_parse(revision)].peel(pygit2.Commit)

    def _rev_parse(self, revision: str) -> str:
        import git  # takes longer to import than a patch to read, and is rarely asked

        try:
            with git.Repo(self.repo.path) as porcelain:
                return str(
                    porcelain.git.rev_parse(
                        "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
                    )
                ).splitlines()[-1]
        except (git.GitError, ValueError, IndexError) as err:
            shallow = self.repo.is_shallow
            raise TreeError(
                f"there is no commit {revision!r} in {self.path}"
                + (" (its history is shallow)" if shallow else ""),
                hint=f"git -C {self.path} fetch" + (" --unshallow" if shallow else ""),
            ) from err

    def has_commit(self, oid: str) -> bool:
        try:
            self.repo[oid].peel(pygit2.Commit)
        except (ValueError, KeyError, pygit2.GitError):
            return False
        return True

    def blob(self, prefix: str) -> bytes | None:
        """The bytes of the blob whose id begins with ``prefix``; None when none or several do."""
        try:
            found = self.repo[prefix]
        except (KeyError, ValueError, pygit2.GitError):
            return None
        return found.data if isinstance(found, pygit2.Blob) else None

    def files_in(self, tree: pygit2.Tree) -> TreeFiles:
        return TreeFiles(self, tree)

    def data(self, oid: pygit2.Oid, path: str) -> bytes:
        found = self.repo.get(oid)
        if not isinstance(found, pygit2.Blob):
            raise TreeError(
                f"{self.path} lacks the content of {path} (blob {oid}): it is a partial clone",
                hint=f"git -C {self.path} fetch --refetch --no-filter",
            )
        return found.data

    def write_commit(
        self,
        parent: pygit2.Commit,
        changes: tuple[Mapping[str, Entry], frozenset[str]],
        *,
        words: tuple[str, pygit2.Signature, pygit2.Signature],
    ) -> pygit2.Commit:
        """A commit on ``parent`` with the entries written and paths removed, under no ref.

        ``words``: message, author, committer. Raises StorageFailed.
        """
        message, author, committer = words
        written, removed = changes
        with self._writing():
            edits: dict[str, tuple[int, pygit2.Oid] | None] = dict.fromkeys(removed)
            for path, entry in written.items():
                edits[path] = (entry.mode, self.repo.create_blob(entry.data))
            tree = self._write_tree(parent.tree, edits) or self.repo.TreeBuilder().write()
            oid = self.repo.create_commit(None, author, committer, message, tree, [parent.id])
        return self.repo[oid].peel(pygit2.Commit)

    def carried(self, commit: Oid, onto: Oid) -> Oid | None:
        """The commit's change on top of ``onto``, None where they conflict. Raises
        StorageFailed."""
        theirs, ours = self.commit(commit), self.commit(onto)
        merged = self.repo.merge_trees(theirs.parents[0].tree, ours.tree, theirs.tree)
        if merged.conflicts is not None:
            return None
        with self._writing():
            tree = merged.write_tree(self.repo)
            made = self.repo.create_commit(
                None, theirs.author, theirs.committer, theirs.message, tree, [ours.id]
            )
        return Oid(str(made))

    def _write_tree(
        self, base: pygit2.Tree | None, edits: Mapping[str, tuple[int, pygit2.Oid] | None]
    ) -> pygit2.Oid | None:
        """The tree with the edits in it, None when nothing is left.

        Only the folders on the way of the edits are read and written.
        """
        builder = self.repo.TreeBuilder(base) if base is not None else self.repo.TreeBuilder()
        below: dict[str, dict[str, tuple[int, pygit2.Oid] | None]] = {}
        # Removals first: a file may give way to a folder of its name.
        for path, edit in sorted(edits.items(), key=lambda item: item[1] is not None):
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = edit
            elif edit is not None:
                builder.insert(name, edit[1], _filemode(edit[0]))
            elif builder.get(name) is not None:
                builder.remove(name)
        for name, inner in below.items():
            there = builder.get(name)
            folder = self.repo[there.id] if there is not None else None
            subtree = self._write_tree(folder if isinstance(folder, pygit2.Tree) else None, inner)
            if subtree is not None:
                builder.insert(name, subtree, pygit2.enums.FileMode.TREE)
            elif isinstance(folder, pygit2.Tree):
                builder.remove(name)
        return builder.write() if len(builder) else None

    def keep(self, commit: Oid) -> None:
        """Puts a commit under ``refs/vreview/series/``, so that `git gc` leaves it alone."""
        with self._writing():
            self.repo.references.create(f"{REFS}series/{commit}", commit, force=True)

    def check_branch(self, name: str) -> str:
        """The full name. Raises TreeError for a branch that exists or a name git refuses."""
        full = f"refs/heads/{name}"
        if name.startswith("-") or not pygit2.reference_is_valid_name(full):
            raise TreeError(f"{name!r} is not a name for a branch")
        if full in self.repo.references:
            raise TreeError(
                f"the branch {name!r} exists already in {self.path}",
                hint="choose another name with --branch",
            )
        return full

    def make_branch(self, name: str, commit: Oid) -> None:
        """A new branch, as the user asked. Raises TreeError as check_branch does."""
        full = self.check_branch(name)
        with self._writing():
            self.repo.references.create(full, commit)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (pygit2.GitError, OSError) as err:
            raise StorageFailed(
                f"cannot write to the object store of {self.path}: {err}",
                path=self.git_folder,
                hint=f"when it is read-only: git clone --bare --shared {self.path} MINE.git,"
                " then --tree MINE.git",
            ) from err


class TreeFiles:
    """A commit's files as ``logic.patching`` reads them."""

    def __init__(self, store: Store, tree: pygit2.Tree) -> None:
        self._store = store
        self._tree = tree

    def find(self, path: str) -> Entry | None:
        parts = path.split("/")
        tree = self._tree
        for depth, name in enumerate(parts, start=1):
            if name not in tree:
                return None
            entry = tree[name]
            mode = int(entry.filemode)
            here = "/".join(parts[:depth])
            if mode == _TREE and depth < len(parts):
                inner = self._store.repo[entry.id]
                assert isinstance(inner, pygit2.Tree)
                tree = inner
                continue
            if mode in (_TREE, _COMMIT):
                return Entry(here, mode)
            return Entry(here, mode, self._store.data(entry.id, here))
        return None


def _filemode(mode: int) -> pygit2.enums.FileMode:
    return pygit2.enums.FileMode(mode)


def signature(person: Person, *, seconds: int, offset_min: int) -> pygit2.Signature:
    """A signature that git accepts whatever the mail said: never an empty name, no brackets."""
    name = _plain(person.name) or _plain(person.email) or "unknown"
    return pygit2.Signature(name, _plain(person.email) or "unknown@invalid", seconds, offset_min)


def _plain(text: str) -> str:
    kept = "".join(c for c in text if c not in "<>\n\r\0")
    return kept.encode("utf-8", "replace").decode().strip()


def _opened(path: Path) -> pygit2.Repository:
    try:
        found = pygit2.discover_repository(str(path))
        if found is None:
            raise TreeError(
                f"{path} is not in a git repository" if path.exists() else f"there is no {path}",
                hint="give a git repository with --tree, or run `vreview doctor`",
            )
        return pygit2.Repository(found)
    except (pygit2.GitError, KeyError, OSError) as err:
        owner = "owned by" in str(err)
        raise TreeError(
            f"cannot open {path} as a git repository: {err}",
            hint=f"git config --global --add safe.directory {path}" if owner else "",
        ) from err
