# SPDX-License-Identifier: GPL-2.0-or-later
"""On which commit a series was made: what it says, else what its index lines say.

Reads history within a deadline; does not apply anything.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pygit2

from vreview.adapters.git.store import REFS, Store
from vreview.model.review import Base, BaseReason
from vreview.model.series import Change, Oid, Series

SEARCH_S = 20.0
"""History is searched no longer than this; what was found until then counts."""

_CANDIDATES = 200
_PATHS = 200


@dataclass(frozen=True, slots=True)
class Preimage:
    """A file as the series expects it: its path and the (abbreviated) blob id."""

    path: str
    blob: str


def preimages(series: Series) -> tuple[Preimage, ...]:
    """The files that the base itself must have, each at its first touch by the series.

    A file that an earlier patch has touched, made or renamed says nothing about the base.
    """
    seen: set[str] = set()
    found = []
    for patch in series.patches:
        for file in patch.files:
            old = file.old_path
            if old is not None and old not in seen and file.change is not Change.ADD:
                if file.old_blob.strip("0"):
                    found.append(Preimage(old, file.old_blob))
                seen.add(old)
            if file.new_path is not None:
                seen.add(file.new_path)
    return tuple(found)


def matching(commit: pygit2.Commit, wanted: Sequence[Preimage]) -> int:
    """How many of the pre-images the commit has, each at its own path."""
    count = 0
    for one in wanted:
        with contextlib.suppress(KeyError):
            count += str(commit.tree[one.path].id).startswith(one.blob)
    return count


def candidates(store: Store, series: Series, asked: str | None) -> Iterator[tuple[Base, str]]:
    """Bases to try, best first, each with "" or with what speaks against even trying it.

    ``asked`` is the only one when given; raises TreeError when it is no commit. History is
    searched only when the caller comes back for more.
    """
    if asked is not None:
        yield _base(store.commit(asked), BaseReason.ASKED), ""
        return
    stated = series.base_commit
    if stated is not None:
        if store.has_commit(stated):
            yield _base(store.commit(stated), BaseReason.TRAILER), ""
        else:
            yield Base(stated, "", BaseReason.TRAILER), _absent(store, stated)
    head = store.commit("HEAD")
    wanted = preimages(series)
    here = matching(head, wanted)
    whole = f"{here} of {len(wanted)} blobs"
    if wanted and here == len(wanted):
        yield _base(head, BaseReason.BLOBS_HEAD, whole), ""
        return
    if wanted:
        best = in_history(store, wanted)
        if best is not None and best[1] > here:
            detail = f"{best[1]} of {len(wanted)} blobs, HEAD has {here}"
            yield _base(best[0], BaseReason.BLOBS_HISTORY, detail), ""
        if here:
            yield _base(head, BaseReason.BLOBS_HEAD, whole), ""
            return
    detail = f"0 of {len(wanted)} blobs" if wanted else ""
    yield _base(head, BaseReason.HEAD, detail), ""


def _base(commit: pygit2.Commit, reason: BaseReason, detail: str = "") -> Base:
    return Base(Oid(str(commit.id)), subject_of(commit), reason, detail)


def subject_of(commit: pygit2.Commit) -> str:
    return commit.message.strip().partition("\n")[0]


def _absent(store: Store, commit: str) -> str:
    where = " (its history is shallow)" if store.repo.is_shallow else ""
    return f"commit {commit[:12]} is not in {store.path}{where}"


def in_history(
    store: Store, wanted: Sequence[Preimage], *, search_s: float = SEARCH_S
) -> tuple[pygit2.Commit, int] | None:
    """The commit that has most of the pre-images and how many; of equals the newest.

    Candidates are the commits that *brought* one of the blobs to its path, on any branch or
    tag; each is then asked for all of them. None when no commit brought any.
    """
    best: tuple[pygit2.Commit, int] | None = None
    seen: set[str] = set()
    for oid in _bringers(store, wanted, search_s=search_s):
        if oid in seen:
            continue
        seen.add(oid)
        commit = store.commit(oid)
        count = matching(commit, wanted)
        if count and (best is None or count > best[1]):
            best = (commit, count)
        if (best is not None and best[1] == len(wanted)) or len(seen) >= _CANDIDATES:
            break
    return best


def _bringers(store: Store, wanted: Sequence[Preimage], *, search_s: float) -> Iterator[str]:
    """Commits after which a path has the blob that the series expects, newest first."""
    import git  # takes longer to import than a patch to read, and is rarely asked

    blobs = {one.path: one.blob for one in wanted[:_PATHS]}
    with git.Repo(store.repo.path) as porcelain:
        log = porcelain.git(c=("log.showRoot=true", "core.quotePath=false")).log(
            "--exclude=" + REFS + "*",
            "--all",
            "HEAD",
            "--format=commit %H",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--diff-merges=first-parent",
            "--full-history",
            "--",
            *(f":(top,literal){path}" for path in blobs),
            as_process=True,
            env={"GIT_OPTIONAL_LOCKS": "0"},
        )
        # git may walk long without a word; the pipe ends when the watch kills it.
        watch = threading.Timer(search_s, log.proc.kill)
        watch.start()
        try:
            commit = ""
            for raw in log.stdout:
                line = raw.decode(errors="replace").rstrip("\n")
                if line.startswith("commit "):
                    commit = line[len("commit ") :]
                elif line.startswith(":"):
                    meta, _, path = line.partition("\t")
                    blob = meta.split(" ")[3]
                    if path in blobs and blob.startswith(blobs[path]):
                        yield commit
        finally:
            watch.cancel()
            log.proc.kill()
            log.proc.wait()
