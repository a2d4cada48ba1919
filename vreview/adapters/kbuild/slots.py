# SPDX-License-Identifier: GPL-2.0-or-later
"""Build slots: a checkout of ours and an O= folder for each profile, kept between builds.

The user's repository is only read: a slot has its own bare repository that borrows objects from
the user's (alternates) and has its own index, so going from base to tip rewrites the files that
differ and make recompiles what depends on them. Does not know what is built.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.files import locked, storage_failed, write_whole
from vreview.adapters.proc import run
from vreview.errors import CommandFailed, StorageFailed, TreeError
from vreview.model.series import Oid

_CHECKOUT_DEADLINE_S = 900.0
_DIRTY = "in-use"

# Nothing that a user or a tree configured may run or change bytes here.
_GIT_ENV: Mapping[str, str] = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
# Over what a .gitattributes of the tree says: what is built has the bytes that were reviewed.
_PLAIN_BYTES = b"* -text !eol -ident -filter !working-tree-encoding\n"
# A caller inside a git hook has variables that point git at the caller's repository.
_LOCAL = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
_GIT = (
    "env",
    *(f"--unset={name}" for name in _LOCAL),
    *("git", "-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*", "-c", "gc.auto=0"),
)


def _git(*args: str, deadline_s: float = 60.0, check: bool = True) -> bytes | None:
    """Output of a git command without anyone's configuration; None if it failed unchecked."""
    done = run(
        (*_GIT, *args),
        env=_GIT_ENV,
        deadline_s=deadline_s,
        check=check,
        apart=True,
        needed_for="check out a tree to build",
    )
    return done.output if done.status == 0 else None


def objects_folder(tree: Path) -> Path:
    """The folder with a repository's objects, of a linked worktree the main one's.

    Raises TreeError when ``tree`` is no git repository.
    """
    try:
        found = _git("-C", str(tree), "rev-parse", "--git-common-dir")
    except (CommandFailed, FileNotFoundError) as err:
        raise TreeError(
            f"{tree} is not a git repository", hint="vreview build REV --tree PATH"
        ) from err
    assert found is not None
    return (tree / os.fsdecode(found).strip() / "objects").resolve()


def in_history(tree: Path, commit: str) -> bool:
    """True for what HEAD of a repository is, or comes after."""
    found = _git("-C", str(tree), "merge-base", "--is-ancestor", commit, "HEAD", check=False)
    return found is not None


@dataclass(frozen=True, slots=True)
class Slot:
    """``folder`` holds git/ (our bare repository), source/ (the checkout) and build-PROFILE/."""

    folder: Path
    objects: Path

    @property
    def source(self) -> Path:
        return self.folder / "source"

    def build_folder(self, profile: str) -> Path:
        return self.folder / f"build-{profile}"

    def build_folders(self) -> tuple[Path, ...]:
        """The O= folders there are, sorted."""
        return tuple(sorted(path for path in self.folder.glob("build-*") if path.is_dir()))

    def read(self, commit: str, path: str) -> bytes | None:
        """A file's bytes in a commit; None when there is no such file."""
        return self._own_git("cat-file", "blob", f"{commit}:{path}", check=False)

    def tree_of(self, commit: str) -> Oid:
        """The tree id of a commit. Raises TreeError when the objects do not have it."""
        found = self._own_git("rev-parse", "--verify", "-q", f"{commit}^{{tree}}", check=False)
        if found is None:
            raise TreeError(f"there is no commit {commit} in {self.objects}")
        return Oid(found.decode().strip())

    def commit_of(self, revision: Oid) -> Oid:
        """A commit itself; for a tree, one of ours that has it: what can be checked out."""
        kind = self._own_git("cat-file", "-t", revision, check=False)
        if kind is None or kind.strip() != b"tree":
            return revision
        who = ("-c", "user.name=vreview", "-c", "user.email=vreview@localhost")
        made = self._own_git(*who, "commit-tree", revision, "-m", "a kernel of the store")
        assert made is not None
        return Oid(made.decode().strip())

    def is_ancestor(self, old: str, new: str) -> bool:
        """True when ``old`` is ``new`` or among its ancestors; False when it is not here."""
        found = self._own_git("merge-base", "--is-ancestor", old, new, check=False)
        return found is not None

    @contextlib.contextmanager
    def held(self) -> Iterator[bool]:
        """Holds the slot alone; gives True when its last holder did not get to an end.

        A killed make leaves compilers behind that still write: they hold ``make.lock`` (flock(1)
        hands it down), and are waited for.
        """
        with locked(self.folder / "slot.lock"):
            with locked(self.make_lock):
                pass
            marker = self.folder / _DIRTY
            interrupted = marker.exists()
            write_whole(marker, f"{os.getpid()}\n".encode())
            yield interrupted
            marker.unlink(missing_ok=True)

    @property
    def make_lock(self) -> Path:
        return self.folder / "make.lock"

    def checkout(self, commit: Oid, *, clean: bool) -> None:
        """Makes source/ the commit's tree, touching only files that differ.

        ``clean`` also removes files that git does not know (after an interruption).
        """
        git = self.folder / "git"
        (git / "index.lock").unlink(missing_ok=True)  # ours alone: the slot is held
        self.source.mkdir(parents=True, exist_ok=True)
        try:
            self._own_git("reset", "--hard", "-q", commit, deadline_s=_CHECKOUT_DEADLINE_S)
            if clean:
                self._own_git("clean", "-ffdxq", deadline_s=_CHECKOUT_DEADLINE_S)
        except CommandFailed as err:
            if "No space left on device" in err.output:
                raise StorageFailed(
                    f"no space left to check {commit[:12]} out in {self.source}",
                    path=self.source,
                    hint=f"free 2 GB beside {self.folder.parent}",
                ) from err
            raise

    def _own_git(self, *args: str, deadline_s: float = 60.0, check: bool = True) -> bytes | None:
        git = self._repository()
        return _git(
            f"--git-dir={git}",
            f"--work-tree={self.source}",
            *args,
            deadline_s=deadline_s,
            check=check,
        )

    def _repository(self) -> Path:
        """Our bare repository, made when missing, borrowing the user's objects."""
        git = self.folder / "git"
        alternates, attributes = git / "objects/info/alternates", git / "info/attributes"
        if not (alternates.is_file() and attributes.is_file()):
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as err:
                raise storage_failed("create", self.folder, err) from err
            with locked(self.folder / "git.lock"):
                if not alternates.is_file():
                    shutil.rmtree(git, ignore_errors=True)
                    _git("init", "-q", "--bare", "--template=", str(git))
                    write_whole(alternates, f"{self.objects}\n".encode())
                write_whole(attributes, _PLAIN_BYTES)
        return git


def compiled_by(cc: str, name: str) -> str:
    """What the O= folder of a recipe's name is called. Another compiler has its own: gcc's objects
    are all made again when one changes to clang, and once more on the way back."""
    compiler = Path(cc).name
    return name if compiler == "gcc" else f"{name}-{compiler}"


def slot_for(tree: Path, cache: Path) -> Slot:
    """The slot of a repository: one for each object store, at a path that stays the same.

    The path matters: objtool and ``__FILE__`` know it, so that a moved source rebuilds everything.
    """
    objects = objects_folder(tree)
    name = hashlib.sha256(os.fsencode(objects)).hexdigest()[:12]
    return Slot(folder=cache / "slots" / name, objects=objects)
