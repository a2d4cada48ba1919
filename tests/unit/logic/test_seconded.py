# SPDX-License-Identifier: GPL-2.0-or-later
"""Two reviewers who say the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vreview.logic.seconded import seconded
from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
    Step,
)
from vreview.model.review import Finding

_RULE = Observation(
    Origin.RULE, "vreview", "locking/missing-unlock", Severity.WARNING, Confidence.HIGH,
    Category.LOCK, Place("a.c", 20, "f"), "f() returns with m held",
    evidence=(Step("takes it", Place("a.c", 10, "f")),),
)  # fmt: skip
_TOOL = replace(
    _RULE, tool="sparse", rule="sparse/context", message="context imbalance in 'f'",
    place=Place("a.c", 21, "f"), evidence=(),
)  # fmt: skip


def test_the_rule_stays_and_is_told_who_else_saw_it() -> None:
    (finding,) = seconded([Finding(_RULE, 1)], [Finding(_TOOL, 1)])
    assert finding.observation.tool == "vreview"
    assert finding.observation.fingerprint == _RULE.fingerprint
    assert [step.text for step in finding.observation.evidence] == [
        "takes it",
        "sparse says so too: context imbalance in 'f'",
    ]


def test_a_line_of_the_evidence_is_near_enough() -> None:
    near = replace(_TOOL, place=Place("a.c", 8, "f"))
    assert len(seconded([Finding(_RULE)], [Finding(near)])) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(_TOOL, place=Place("b.c", 21, "f")),
        replace(_TOOL, place=Place("a.c", 21, "g")),
        replace(_TOOL, place=Place("a.c", 40, "f")),
        replace(_TOOL, category=Category.LEAK),
        replace(_TOOL, tool="vreview"),
    ],
    ids=["file", "function", "line", "family", "itself"],
)
def test_what_differs_in_one_thing_is_another_finding(other: Observation) -> None:
    assert len(seconded([Finding(_RULE)], [Finding(other)])) == 2


def test_remarks_without_a_family_are_never_taken_for_each_other() -> None:
    ours, theirs = (replace(one, category=Category.OTHER) for one in (_RULE, _TOOL))
    assert len(seconded([Finding(ours)], [Finding(theirs)])) == 2


def test_two_tools_second_each_other_and_the_order_is_the_patches() -> None:
    smatch = replace(_TOOL, tool="smatch", rule="smatch/inconsistent-returns")
    early = replace(_TOOL, place=Place("0.c", 1), category=Category.NULL)
    found = seconded([], [Finding(_TOOL, 2), Finding(smatch, 2), Finding(early, 1)])
    assert [(f.patch, f.observation.tool) for f in found] == [(1, "sparse"), (2, "sparse")]
    assert found[1].observation.evidence[-1].text.startswith("smatch says so too")
