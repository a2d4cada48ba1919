# SPDX-License-Identifier: GPL-2.0-or-later
"""A claim of a rule and a splat of a run: when they are one bug, and when not."""

from __future__ import annotations

import pytest

from vreview.logic.joined import joined
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
from vreview.model.trial import Frame, Splat
from vreview.parse.console import splat_observation


def _claim(category: Category, function: str, *, rule: str = "r") -> Finding:
    return Finding(
        Observation(
            Origin.RULE, "vreview", rule, Severity.WARNING, Confidence.MODERATE, category,
            Place("drivers/own.c", 12, function), f"{rule} in {function}", subject=rule,
            evidence=(Step("taken here", Place("drivers/own.c", 9)),),
        ),
        patch=2,
    )  # fmt: skip


def _splat(kind: str, *functions: str, text: str = "", frames: tuple[Frame, ...] = ()) -> Splat:
    return Splat(kind, f"{kind} in {functions[0]}", functions, text, 7, frames)


def _joined(splat: Splat, *claims: Finding) -> tuple[Finding, ...]:
    seen = splat_observation(splat)
    return joined((*claims, Finding(seen, notes=("odds",))), {seen.fingerprint: splat})


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        (Category.LEAK, "kmemleak"),
        (Category.LOCK, "lockdep-circular"),
        (Category.LOCK, "hung-task"),
        (Category.LOCK, "sleep-in-atomic"),
        (Category.UAF, "kasan"),
        (Category.UAF, "list-corruption"),
        (Category.NULL, "null-deref"),
        (Category.UNINIT, "gpf"),
    ],
)
def test_a_claim_that_a_run_shows_is_one_finding_with_both_evidences(
    category: Category, kind: str
) -> None:
    (one,) = _joined(_splat(kind, "kfree", "own_close"), _claim(category, "own_close"))
    seen = one.observation
    assert (seen.rule, seen.severity, seen.confidence) == ("r", Severity.ERROR, Confidence.HIGH)
    assert one.patch == 2
    assert [step.text for step in seen.evidence][:2] == [
        "taken here",
        f"a run shows it: {kind} in kfree",
    ]
    assert one.notes == (f"confirmed by a run: {kind} in kfree",)
    assert [shown.rule for shown in one.shown] == [kind]
    assert seen.fingerprint == _claim(category, "own_close").observation.fingerprint


@pytest.mark.parametrize(
    ("category", "kind", "function"),
    [
        (Category.LEAK, "kasan", "own_close"),
        (Category.UAF, "kmemleak", "own_close"),
        (Category.ERRNO, "kasan", "own_close"),
        (Category.UAF, "kasan", "own_open"),
        (Category.UAF, "kasan", ""),
        (Category.LOCK, "warning", "own_close"),
    ],
)
def test_another_kind_or_another_function_is_another_bug(
    category: Category, kind: str, function: str
) -> None:
    found = _joined(_splat(kind, "kfree", "own_close"), _claim(category, function))
    assert [one.observation.origin for one in found] == [Origin.RULE, Origin.CONSOLE]
    assert found[0] == _claim(category, function)


def test_the_function_may_stand_in_another_stack_of_the_report_or_be_inlined() -> None:
    freed = "Freed by task 7:\n kfree+0x10/0x90\n own_close+0x20/0x80\n"
    splat = _splat("kasan", "reader", text=freed)
    assert len(_joined(splat, _claim(Category.UAF, "own_close"))) == 1
    at = (Place("drivers/own.c", 12, "own_inner"), Place("drivers/own.c", 30, "reader"))
    inlined = _splat("kasan", "reader", frames=(Frame("reader", 1, 9, at=at),))
    assert len(_joined(inlined, _claim(Category.UAF, "own_inner"))) == 1


def test_of_two_claims_the_one_nearer_to_the_top_is_confirmed() -> None:
    splat = _splat("kasan", "inner", "outer")
    outer, inner = _claim(Category.UAF, "outer"), _claim(Category.UAF, "inner", rule="s")
    first, second = _joined(splat, outer, inner)
    assert first == outer
    assert second.shown
