# SPDX-License-Identifier: GPL-2.0-or-later
"""The index of a repository's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vreview.wiring.places import cache_folder

if TYPE_CHECKING:
    from vreview.adapters.git.objects import GitRepo
    from vreview.ports import FunctionIndex, HabitSource
    from vreview.rulebook import RuleBook


def function_index(repo: GitRepo, rules: RuleBook) -> FunctionIndex:
    """The index as these rules' knowledge wants it; it need not be there yet."""
    from vreview.adapters.index.builder import TreeIndex
    from vreview.app.states import is_kernel_c

    return TreeIndex(cache_folder() / "index", repo.git_folder, rules.knowledge, wanted=is_kernel_c)


def habit_source(repo: GitRepo, rules: RuleBook) -> HabitSource:
    """Where `vreview rules mine` counts."""
    from vreview.adapters.index.mining import TreeHabits
    from vreview.app.states import is_kernel_c

    return TreeHabits(repo.git_folder, rules.knowledge, wanted=is_kernel_c)
