# SPDX-License-Identifier: GPL-2.0-or-later
"""A series onto a commit: one commit a patch, made in the object store alone.

Goes on after a patch that does not apply, on the tree of the last that did, so that every
patch gets its answer. Does not choose the base and writes no ref.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import pygit2

from vreview.adapters.git.store import Store, signature
from vreview.adapters.git.threeway import merge
from vreview.errors import SeriesError
from vreview.logic.conflict import Explanation, Surroundings, explain
from vreview.logic.patching import (
    Changes,
    Placed,
    Rejected,
    TreeView,
    apply_files,
    blob_id,
    new_content,
)
from vreview.model.review import AppliedPatch, Refusal
from vreview.model.series import Change, FileDiff, Oid, Patch, Person, Series
from vreview.parse.diff import parse_diff

COMMITTER = Person("vreview", "vreview@localhost")
"""Fixed, as is its date (the author's): the same series on the same base has the same ids."""


def apply_series(store: Store, series: Series, *, base: Oid) -> tuple[AppliedPatch, ...]:
    """Every patch of the series, in order, with its commit or why there is none.

    Raises HostileInput, StorageFailed; a patch that does not fit is a value.
    """
    tip = store.commit(base)
    done: list[AppliedPatch] = []
    unapplied: list[Patch] = []
    for patch in series.patches:
        around = Surroundings(
            known=functools.partial(_known, store),
            unapplied=tuple(unapplied),
            missing=tuple(n for n in series.missing if n < patch.n),
        )
        outcome = _outcome(store, patch, tip, around)
        if isinstance(outcome, Explanation):
            unapplied.append(patch)
            done.append(_refused(patch, outcome))
            continue
        tip = _commit(store, patch, tip, outcome)
        done.append(
            AppliedPatch(
                n=patch.n,
                message_id=patch.mail.message_id,
                subject=patch.mail.subject,
                commit=Oid(str(tip.id)),
                tree=Oid(str(tip.tree_id)),
                how=outcome.how,
            )
        )
    return tuple(done)


def _outcome(
    store: Store, patch: Patch, tip: pygit2.Commit, around: Surroundings
) -> Changes | Explanation:
    files = patch.files
    if not files:
        # Ingest leaves a damaged diff unread, so that the other patches have their say.
        try:
            files = parse_diff(patch.diff)
        except SeriesError as err:
            return Explanation(Refusal.DAMAGED, str(err))
    if not files:
        return Explanation(Refusal.EMPTY, "the mail has no diff, or none that git would read")
    tree = store.files_in(tip.tree)
    result = apply_files(files, tree)
    if isinstance(result, Changes):
        return result
    merged = _merged(store, files, result)
    if merged is not None:
        again = apply_files(files, tree, merged=merged)
        if isinstance(again, Changes) and _changes_something(again, tree):
            return again
        if isinstance(again, Changes):
            return Explanation(
                Refusal.ALREADY_APPLIED, "already applied: a 3-way merge adds nothing"
            )
    return explain(files, result, tree, around)


def _merged(
    store: Store, files: Sequence[FileDiff], rejected: Sequence[Rejected]
) -> dict[int, bytes] | None:
    """3-way content for every rejected file, by its position; None when one has none.

    As `git am -3`: the blob of the index line, the hunks on it, and what the tree has now. A
    blob id is a prefix: the post-image must be the one that the index line promises.
    """
    merged: dict[int, bytes] = {}
    by_id = {id(one.file): one for one in rejected}
    for position, file in enumerate(files):
        one = by_id.get(id(file))
        if one is None:
            continue
        if one.misfit is None or one.data is None or file.change is Change.DELETE:
            return None
        base = store.blob(file.old_blob) if file.old_blob else None
        if base is None or base == one.data:
            return None
        theirs = new_content(file, base)
        if not isinstance(theirs, Placed) or not blob_id(theirs.data).startswith(file.new_blob):
            return None
        content = merge(one.data, base=base, theirs=theirs.data)
        if content is None:
            return None
        merged[position] = content
    return merged


def _changes_something(changes: Changes, tree: TreeView) -> bool:
    return bool(changes.removed) or any(
        (there := tree.find(path)) is None or (there.mode, there.data) != (entry.mode, entry.data)
        for path, entry in changes.written.items()
    )


def _known(store: Store, blob: str) -> bool:
    return store.blob(blob) is not None


def _refused(patch: Patch, explanation: Explanation) -> AppliedPatch:
    return AppliedPatch(
        n=patch.n,
        message_id=patch.mail.message_id,
        subject=patch.mail.subject,
        commit=None,
        tree=None,
        refusal=explanation.refusal,
        why=explanation.why,
        conflicts=explanation.conflicts,
    )


def _commit(store: Store, patch: Patch, parent: pygit2.Commit, changes: Changes) -> pygit2.Commit:
    offset = patch.date.utcoffset()
    seconds = max(int(patch.date.timestamp()), 0)
    minutes = int(offset.total_seconds()) // 60 if offset is not None else 0
    return store.write_commit(
        parent,
        (changes.written, changes.removed),
        words=(
            commit_message(patch),
            signature(patch.author, seconds=seconds, offset_min=minutes),
            signature(COMMITTER, seconds=seconds, offset_min=minutes),
        ),
    )


def commit_message(patch: Patch) -> str:
    """Title, blank line, body; ends in one newline, as `git am` leaves it."""
    whole = f"{patch.title}\n\n{patch.message}".strip("\n") + "\n"
    return whole.replace("\0", "").encode("utf-8", "replace").decode()
