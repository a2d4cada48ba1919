# SPDX-License-Identifier: GPL-2.0-or-later
"""A review's boots: suites on both trees, the tree's own tests, the hunt, every patch by itself.

Says which exercises run, in which order, and how the stage ended; how one is run says
``app.trial``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vreview.app.inject import run_error_paths
from vreview.app.kerneltests import run_kernel_tests
from vreview.app.observed import Observed
from vreview.app.perpatch import course_of, states_of, walk
from vreview.app.repeat import run_repeated
from vreview.app.reviewtools import ReviewTools
from vreview.app.trial import (
    HUNT,
    Exercise,
    Side,
    suite_exercise,
)
from vreview.logic.walked import unreached
from vreview.model.kernel import Kernel, Recipe
from vreview.model.review import (
    Applied,
    Stage,
    StageResult,
    StageState,
)
from vreview.model.series import Oid
from vreview.model.trial import BootState, Run
from vreview.model.walk import Depth
from vreview.ports import TestSuite


def boot_and_test(
    recipe: Recipe,
    commits: Mapping[Side, Oid],
    seen: Observed,
    *,
    heavy: frozenset[Stage],
    tools: ReviewTools,
) -> None:
    """The first suite shows that both trees boot at all; the others run only when they do."""
    kernels = seen.kernels(recipe.name)
    wanted = tools.suites_for(seen.series.paths)
    if not kernels or not wanted:
        why = "no suite is wanted" if kernels else "not both trees were built"
        for stage in (Stage.BOOT, Stage.TEST):
            if stage in heavy:
                seen.skip(stage, why)
        return
    first, *others = (suite_exercise(suite, recipe, runs=tools.runs) for suite in wanted)
    begin = tools.clock()
    seen.exercised(first, _runs(first, seen, kernels, tools))
    booted = _boot_result(first, seen, seconds=tools.clock() - begin)
    seen.stages.append(booted)
    if Stage.TEST not in heavy:
        return
    if booted.state is StageState.FAILED:
        seen.skip(Stage.TEST, booted.why)
        return
    begin = tools.clock()
    for one in others:
        seen.exercised(one, _runs(one, seen, kernels, tools))
    others += _own_tests(recipe, commits, seen, tools=tools)
    hunted = _hunt(wanted, seen, tools=tools)
    if tools.lines is not None:
        run_error_paths(wanted, seen, tools=tools.lines, lab=tools.lab)
    seconds = tools.clock() - begin
    broken = [
        e.name + f" ({HUNT})" * (e.kernel == HUNT)
        for e in (*others, *hunted)
        if _end(e, Side.BASE, seen) is not BootState.DONE
    ]
    why = "" if others else f"no suite beside {first.name} wants the touched files"
    if broken:
        why = f"the base did not come to the end of {', '.join(broken)} either"
    state = StageState.FAILED if broken else StageState.DONE
    seen.stages.append(StageResult(Stage.TEST, state, seconds, why))


def _own_tests(
    recipe: Recipe, commits: Mapping[Side, Oid], seen: Observed, *, tools: ReviewTools
) -> list[Exercise]:
    """The tree's own tests of both kinds, as far as it has any for the series."""
    if tools.kernel_tests is None:
        return []
    return run_kernel_tests(
        tools.kernel_tests(seen.series.paths, commits),
        commits,
        recipe,
        seen,
        lab=tools.lab,
        boots=tools.runs,
        runs=lambda one, kernels: _runs(one, seen, kernels, tools),
    )


def _hunt(wanted: Sequence[TestSuite], seen: Observed, *, tools: ReviewTools) -> list[Exercise]:
    """The same suites on the kernel that checks memory, as far as the first one comes to its end;
    those that were run."""
    recipe = seen.recipes.hunt
    kernels = seen.kernels(recipe.name) if recipe is not None else {}
    if recipe is None or not kernels:
        return []
    done: list[Exercise] = []
    for suite in wanted:
        one = suite_exercise(suite, recipe, kernel=HUNT)
        seen.exercised(one, _runs(one, seen, kernels, tools))
        done.append(one)
        if len(done) == 1 and any(_end(one, side, seen) is not BootState.DONE for side in Side):
            break
    return done


def _runs(
    exercise: Exercise, seen: Observed, kernels: Mapping[Side, Kernel], tools: ReviewTools
) -> Mapping[Side, tuple[Run, ...]]:
    known = {one.fingerprint for change in seen.deltas for one in change.new}
    return run_repeated(
        kernels,
        exercise,
        lab=tools.lab,
        again=tools.again,
        clock=tools.clock,
        settled=lambda one: one.fingerprint in known or tools.excused(one),
    )


def walk_patches(
    applied: Applied, depth: Depth, recipe: Recipe, seen: Observed, *, tools: ReviewTools
) -> None:
    """Every patch by itself, by the recipe and with the suites of both sides."""
    suites = tools.suites_for(seen.series.paths)
    exercises = [suite_exercise(suite, recipe) for suite in suites]
    course = course_of(depth, recipe, exercises, seen, tip=len(applied.patches), lab=tools.lab)
    begin = tools.clock()
    done = walk(states_of(applied), course, carry=tools.carry)
    seconds = tools.clock() - begin
    seen.walked(done)
    seen.stages.append(StageResult(Stage.PATCHES, StageState.DONE, seconds, unreached(done)))


def _end(exercise: Exercise, side: Side, seen: Observed) -> BootState:
    """How the side's boots for the exercise ended: the base's best, the tip's worst."""
    runs = seen.runs[exercise.profile, exercise.name, side]
    states = [BootState.DONE if run.finished else run.booted.state for run in runs]
    if side is Side.BASE and BootState.DONE in states:
        return BootState.DONE
    return next((state for state in states if state is not BootState.DONE), BootState.DONE)


def _boot_result(first: Exercise, seen: Observed, *, seconds: float) -> StageResult:
    states = {side: _end(first, side, seen) for side in Side}
    bad = [side for side, state in states.items() if state is not BootState.DONE]
    if not bad:
        return StageResult(Stage.BOOT, StageState.DONE, seconds)
    if len(bad) == len(Side):
        why = f"neither base ({states[Side.BASE].value}) nor tip ({states[Side.TIP].value}) boots"
    else:
        why = f"{bad[0].value}: {states[bad[0]].value}"
    return StageResult(Stage.BOOT, StageState.FAILED, seconds, why)
