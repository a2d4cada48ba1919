# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

from dataclasses import replace

import pytest

from vreview.logic.blame import blamed
from vreview.logic.verdict import verdict
from vreview.model.bench import Comparison, Speed
from vreview.model.observation import Category, Confidence, Observation, Origin, Place, Severity
from vreview.model.review import Finding, Stage, StageResult, StageState, Verdict
from vreview.model.series import Series
from vreview.parse.diff import parse_diff

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


_ONE = b"""diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -1,3 +1,4 @@ static int first(void)
 {
+	int y;
 	return 0;
 }
"""
_TWO = b"""diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -1,3 +1,4 @@ static int first(void)
 {
+	int x;
 	int y;
 	return 0;
@@ -20,2 +21,6 @@ int last(void)
 }
 
+static int fresh(struct a *p)
+{
+	return 1;
+}
"""


def _series(*diffs: bytes) -> Series:
    from sample_patches import patch_of

    patches = tuple(patch_of(n, parse_diff(diff)) for n, diff in enumerate(diffs, start=1))
    return Series("", 1, len(patches), patches)


@pytest.mark.parametrize(("line", "patch", "hunk"), [(2, 2, 1), (3, 1, 1), (23, 2, 2)])
def test_a_warning_is_the_patches_that_added_its_line(line: int, patch: int, hunk: int) -> None:
    found = blamed(replace(SEEN, place=Place("a.c", line)), _series(_ONE, _TWO))
    assert (found.patch, found.hunk) == (patch, hunk)


def test_a_warning_elsewhere_is_nobodys() -> None:
    assert blamed(replace(SEEN, place=Place("b.c", 2)), _series(_ONE, _TWO)).patch is None


@pytest.mark.parametrize(
    ("stack", "patch"), [(("memset", "fresh"), 2), (("first",), 2), (("other",), None), ((), None)]
)
def test_a_splat_is_the_patches_that_changed_a_function_on_its_stack(
    stack: tuple[str, ...], patch: int | None
) -> None:
    seen = replace(SEEN, origin=Origin.CONSOLE, place=Place("console", 7))
    assert blamed(seen, _series(_ONE, _TWO), stack=stack).patch == patch
