# SPDX-License-Identifier: GPL-2.0-or-later
"""One commit built in one profile: the build stage alone."""

from __future__ import annotations

from vreview.model.kernel import Recipe
from vreview.model.trial import Built
from vreview.ports import Builder, Observer, Repo


def build_revision(
    revision: str, *, recipe: Recipe, repo: Repo, builder: Builder, observer: Observer
) -> Built:
    """Builds the commit that ``revision`` names. Raises TreeError when it names none."""
    return builder.build(repo.resolve(revision), recipe=recipe, touched=(), observer=observer)
