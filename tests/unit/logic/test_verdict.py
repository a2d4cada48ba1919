# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

from dataclasses import replace

from vreview.logic.verdict import verdict
from vreview.model.bench import Comparison, Speed
from vreview.model.observation import Category, Confidence, Observation, Origin, Place, Severity
from vreview.model.review import Finding, Stage, StageResult, StageState, Verdict

SEEN = Observation(
    Origin.COMPILER, "gcc", "-Wunused", Severity.WARNING, Confidence.HIGH, Category.BUILD,
    Place("a.c", 4), "unused variable x",
)  # fmt: skip
DONE = StageResult(Stage.LINT, StageState.DONE)


def test_the_worst_wins() -> None:
    broken = StageResult(Stage.BOOT, StageState.FAILED, why="neither boots")
    note = Finding(replace(SEEN, severity=Severity.NOTE))
    assert verdict([], [], [], idle=False) is Verdict.CANNOT_TELL
    assert verdict([note], [], [DONE], idle=False) is Verdict.NOTHING_NEW
    assert verdict([], [], [DONE, broken], idle=False) is Verdict.CANNOT_TELL
    assert verdict([], [], [DONE], idle=True) is Verdict.CANNOT_TELL
    assert verdict([Finding(SEEN)], [], [DONE, broken], idle=True) is Verdict.NEW_PROBLEMS


def test_slower_is_something_new_and_faster_is_not() -> None:
    def of(speed: Speed) -> Comparison:
        return Comparison(None, None, None, 1.0, 1.0, 0.0, 0, 0, 1, 0, speed, "")  # type: ignore[arg-type]

    assert verdict([], [of(Speed.SLOWER)], [DONE]) is Verdict.NEW_PROBLEMS
    assert verdict([], [of(Speed.FASTER)], [DONE]) is Verdict.NOTHING_NEW
    assert verdict([], [of(Speed.CANNOT_TELL)], [DONE]) is Verdict.NOTHING_NEW
