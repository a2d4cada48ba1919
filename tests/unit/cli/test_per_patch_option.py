# SPDX-License-Identifier: GPL-2.0-or-later
"""--per-patch says how far, keeps to the stages that run, and is remembered for --resume."""

from __future__ import annotations

import pytest

from vreview.cli.review import asked_depth, chosen_stages
from vreview.errors import InputError
from vreview.model.walk import Depth


def test_no_word_means_base_and_tip_alone() -> None:
    assert asked_depth(None, chosen_stages("", ""), no_tree=False) == ""


@pytest.mark.parametrize("depth", list(Depth))
def test_every_depth_goes_with_all_stages(depth: Depth) -> None:
    assert asked_depth(depth, chosen_stages("", "perf"), no_tree=False) == depth.value


def test_a_depth_beyond_the_stages_is_refused_with_what_to_type() -> None:
    with pytest.raises(InputError, match="needs the stage test") as failed:
        asked_depth(Depth.TEST, chosen_stages("build,boot", ""), no_tree=False)
    assert "--per-patch test" in failed.value.hint


def test_without_a_tree_there_is_nothing_to_build() -> None:
    with pytest.raises(InputError, match="--no-tree builds nothing"):
        asked_depth(Depth.BUILD, chosen_stages("", ""), no_tree=True)
