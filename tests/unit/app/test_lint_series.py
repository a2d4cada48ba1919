# SPDX-License-Identifier: GPL-2.0-or-later
"""Lint reports what the series introduces, on the patch and the hunk that introduce it."""

from __future__ import annotations

import pytest
from series_of_states import (
    BAD,
    FILLER,
    GOOD,
    LATE,
    PATH,
    RULES,
    TreesOnly,
    review,
    series_through,
    where,
)

from vreview.app.lint import lint
from vreview.model.review import Applied, AppliedPatch, Base, BaseReason, How
from vreview.model.series import (
    MessageId,
    Oid,
)

both_ways = pytest.mark.parametrize("tree", [True, False], ids=["tree", "no tree"])


@both_ways
def test_a_new_fault_is_reported_with_patch_and_hunk(*, tree: bool) -> None:
    found = review(FILLER + GOOD, FILLER.replace("_3 3", "_3 4") + BAD, tree=tree).findings
    assert where(found) == [("errno/positive-errno", "port_set", 1, 2)]
    assert found[0].observation.place.line == 67
    assert found[0].line == 67


@both_ways
def test_a_fault_of_the_base_is_not_the_series(*, tree: bool) -> None:
    touched = BAD.replace("port->value = value", "port->value = value + 1")
    assert review(BAD, touched, tree=tree).findings == ()


@both_ways
def test_the_first_patch_that_has_it_is_to_blame(*, tree: bool) -> None:
    moved = "#include <linux/port.h>\n" + GOOD + LATE
    found = review(GOOD, GOOD + LATE, moved, tree=tree).findings
    assert where(found) == [("errno/positive-errno", "port_get", 1, 1)]
    assert (found[0].observation.place.line, found[0].line) == (15, 14)


@both_ways
def test_what_the_series_itself_repairs_is_not_reported(*, tree: bool) -> None:
    assert review(GOOD, BAD, GOOD + "\n", tree=tree).findings == ()


def test_moved_and_renamed_code_is_not_new() -> None:
    other = {PATH: FILLER + BAD, "drivers/demo/core.c": FILLER}
    moved = {PATH: FILLER, "drivers/demo/core.c": FILLER + BAD}
    assert review(other, moved).findings == ()
    assert review(BAD, BAD.replace("port_set", "port_put")).findings == ()


def test_a_renamed_file_keeps_its_old_faults_and_shows_its_new_ones() -> None:
    new = "drivers/demo/renamed.c"
    result = review({PATH: BAD}, {new: BAD + LATE}, renames={PATH: new})
    assert where(result.findings) == [("errno/positive-errno", "port_get", 1, 1)]


def test_the_same_fault_once_more_is_one_finding() -> None:
    twice = BAD.replace(
        "\tport->value", "\tif (value < port->min)\n\t\treturn EINVAL;\n\tport->value"
    )
    found = review(BAD, twice).findings
    assert [f.observation.place.line for f in found] == [8]


def test_hunks_that_went_in_elsewhere_are_found_there() -> None:
    """The tree has lines above that the sender's had not: the hunk's own numbers are off."""
    sent = series_through([{PATH: GOOD}, {PATH: GOOD + LATE}], {})
    applied = Applied(
        Base(Oid("0"), "base", BaseReason.HEAD),
        (AppliedPatch(1, MessageId("1@example.org"), "demo", Oid("1"), None, How.OFFSET),),
    )
    trees = {"0": {PATH: FILLER + GOOD}, "1": {PATH: FILLER + GOOD + LATE}}
    found = lint(sent, repo=TreesOnly(trees), applied=applied, rulebook=RULES).findings
    assert where(found) == [("errno/positive-errno", "port_get", 1, 1)]


def test_patches_that_did_not_apply_are_named() -> None:
    result = review(GOOD, GOOD + LATE, BAD + LATE, upto=1)
    assert where(result.findings) == [("errno/positive-errno", "port_get", 1, 1)]
    assert not result.whole
    assert any(r.startswith("patch 2 does not apply, so it") for r in result.remarks)


def test_without_a_tree_the_result_says_so() -> None:
    assert review(GOOD, BAD, tree=False).remarks[0] == (
        "there was no tree: only the hunks' own text was read"
    )


def test_programs_for_user_space_are_left_alone_and_said_to_be() -> None:
    result = review({"tools/demo/main.c": GOOD}, {"tools/demo/main.c": BAD})
    assert result.findings == ()
    assert result.remarks == (
        "tools/demo/main.c is no code of the kernel itself: the rules were not applied to it",
    )
