# SPDX-License-Identifier: GPL-2.0-or-later
"""``ports.Repo`` on a git repository: revisions, files, and series applied in memory.

The user's checkout, index, hooks, config and other refs are never touched: pygit2 is asked
for objects only, and the result hangs on refs/vreview/series/.
"""

from __future__ import annotations

from pathlib import Path

import pygit2

from vreview.adapters.git.applying import apply_series
from vreview.adapters.git.base import candidates, subject_of
from vreview.adapters.git.store import Store
from vreview.errors import SeriesError, TreeError
from vreview.model.review import Applied, AppliedPatch, Base
from vreview.model.series import Oid, Series


class GitRepo:
    """A kernel tree, or any repository. ``path`` may be a checkout, a bare one, or a part."""

    def __init__(self, path: Path) -> None:
        """Raises TreeError when there is no repository, or not one of ours to read."""
        self._store = Store(path)

    @property
    def git_folder(self) -> Path:
        """The .git folder or the bare repository, for `git worktree add` and the like."""
        return self._store.git_folder

    def resolve(self, revision: str) -> Oid:
        return Oid(str(self._store.commit(revision).id))

    def read(self, revision: Oid, path: str) -> bytes | None:
        entry = self._store.files_in(self._store.commit(revision).tree).find(path)
        return entry.data if entry is not None and entry.is_file and entry.path == path else None

    def tree(self, commit: Oid) -> Oid:
        return Oid(str(self._store.commit(commit).tree_id))

    def subject(self, commit: Oid) -> str:
        """The commit's title."""
        return subject_of(self._store.commit(commit))

    def blob(self, oid: str) -> bytes | None:
        """A blob's bytes by its id or an unambiguous prefix; None when it is not here."""
        return self._store.blob(oid)

    def changed_paths(self, old: Oid, new: Oid) -> tuple[str, ...]:
        """Every path whose content or mode differs between two commits, sorted."""
        before, after = (self._store.commit(one).tree for one in (old, new))
        diff = before.diff_to_tree(after, flags=pygit2.enums.DiffOption.SKIP_BINARY_CHECK)
        return tuple(sorted({f.path for d in diff.deltas for f in (d.old_file, d.new_file)}))

    def check_branch(self, name: str) -> None:
        """Raises TreeError for a branch that exists, or a name that git does not allow."""
        self._store.check_branch(name)

    def make_branch(self, name: str, commit: Oid) -> None:
        """A branch of the user's: only on the user's word. Raises TreeError when it exists."""
        self._store.make_branch(name, commit)

    def keep(self, applied: Applied) -> None:
        """Puts the last commit that was made under refs/vreview/, out of `git gc`'s reach."""
        last = next((p.commit for p in reversed(applied.patches) if p.commit is not None), None)
        if last is not None:
            self._store.keep(last)

    def carried(self, commit: Oid, *, onto: Oid) -> Oid | None:
        """As ports.Repo says. Raises TreeError, StorageFailed."""
        return self._store.carried(commit, onto)

    def apply(self, series: Series, *, base: str | None) -> Applied:
        """Applies on each likely base until one takes the whole series; else on the best.

        The best is the one that takes most patches, of equals the first. Raises SeriesError for
        a series without patches, HostileInput, TreeError, StorageFailed.
        """
        if not series.patches:
            raise SeriesError(f"{series.title!r} has no patch to apply")
        tried: list[tuple[Base, tuple[AppliedPatch, ...]]] = []
        against: list[tuple[Base, str]] = []
        for candidate, objection in candidates(self._store, series, base):
            if objection or candidate.commit is None:
                against.append((candidate, objection))
                continue
            if any(candidate.commit == other.commit for other, _ in tried):
                continue
            patches = apply_series(self._store, series, base=candidate.commit)
            tried.append((candidate, patches))
            if all(patch.commit for patch in patches):
                break
        if not tried:
            raise TreeError("there is no commit to apply the series on")
        best = max(tried, key=lambda one: sum(patch.commit is not None for patch in one[1]))
        against += [(one[0], _first_reason(one[1])) for one in tried if one is not best]
        return Applied(base=best[0], patches=best[1], tried=tuple(against))


def _first_reason(patches: tuple[AppliedPatch, ...]) -> str:
    failed = next((patch for patch in patches if patch.commit is None), None)
    return f"patch {failed.n}: {failed.why}" if failed is not None else ""
