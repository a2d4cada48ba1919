# SPDX-License-Identifier: GPL-2.0-or-later
"""A series onto a tree, and a branch of it when asked for. Nothing is built."""

from __future__ import annotations

from vreview.model.review import Applied
from vreview.model.series import Series
from vreview.ports import Repo


def apply(series: Series, repo: Repo, *, base: str | None, branch: str | None = None) -> Applied:
    """Applies the series; ``branch`` is made only when all of it applied.

    Raises TreeError before anything is done when there is such a branch already.
    """
    if branch is not None:
        repo.check_branch(branch)
    applied = repo.apply(series, base=base)
    repo.keep(applied)
    if branch is not None and applied.tip is not None:
        repo.make_branch(branch, applied.tip)
    return applied
