# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree's functions into the index, once; lints read them from then on.

It decides which commit; how the index is built and where it lies is the port's.
"""

from __future__ import annotations

from dataclasses import dataclass

from vreview.model.series import Oid
from vreview.ports import FunctionIndex, Indexed, Observer, Repo


@dataclass(frozen=True, slots=True)
class IndexResult:
    """What was indexed."""

    commit: Oid
    subject: str
    indexed: Indexed


def index_tree(
    revision: str, *, repo: Repo, index: FunctionIndex, jobs: int, observer: Observer
) -> IndexResult:
    """Brings the tree of a revision into the index. Raises TreeError, StorageFailed, OurFailure."""
    commit = repo.resolve(revision)
    indexed = index.build(repo.tree(commit), jobs=jobs, observer=observer)
    return IndexResult(commit, repo.subject(commit), indexed)
