# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree's own tests in a review: KUnit on a kernel of its own, kselftest on the test kernel.

Which tests is chosen elsewhere (``logic.testchoice``); a kernel with the unit tests that does not
build costs what they would have said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vreview.app.observed import Observed
from vreview.app.trial import Exercise, Lab, Side, build_side, suite_exercise
from vreview.model.kernel import Kernel, Recipe
from vreview.model.series import Oid
from vreview.model.trial import BuildState, Run
from vreview.ports import TestSuite

Runs = Callable[[Exercise, Mapping[Side, Kernel]], Mapping[Side, tuple[Run, ...]]]


@dataclass(frozen=True, slots=True)
class KernelTests:
    """``told`` says what was chosen and why, and what nothing covers. ``kunit_recipe`` gives the
    kernel of the unit tests, and may ask Kconfig for it. ``options`` are what the selftests want of
    the test kernel; ``notes`` gives, afterwards, what could not be run."""

    told: tuple[str, ...] = ()
    kunit: TestSuite | None = None
    kunit_recipe: Callable[[], Recipe] | None = None
    selftests: TestSuite | None = None
    options: tuple[tuple[str, str], ...] = ()
    notes: Callable[[], Sequence[str]] = tuple


def run_kernel_tests(
    tests: KernelTests,
    commits: Mapping[Side, Oid],
    test: Recipe,
    seen: Observed,
    *,
    lab: Lab,
    boots: int,
    runs: Runs,
) -> list[Exercise]:
    """Runs what was chosen on both sides, ``boots`` times each; those that were run."""
    seen.remarks.extend(tests.told)
    done: list[Exercise] = []
    if tests.selftests is not None:
        kernels = seen.kernels(test.name)
        done.append(suite_exercise(tests.selftests, test, runs=boots))
        seen.exercised(done[-1], runs(done[-1], kernels))
    if tests.kunit is not None and tests.kunit_recipe is not None:
        recipe = tests.kunit_recipe()
        kernels = _unit_kernels(recipe, commits, seen, lab=lab)
        if kernels:
            done.append(suite_exercise(tests.kunit, recipe, runs=boots))
            seen.exercised(done[-1], runs(done[-1], kernels))
    seen.remarks.extend(tests.notes())
    return done


def _unit_kernels(
    recipe: Recipe, commits: Mapping[Side, Oid], seen: Observed, *, lab: Lab
) -> Mapping[Side, Kernel]:
    """The kernels with the unit tests; none, and a remark, where one does not build."""
    for side, commit in commits.items():
        seen.built[recipe.name, side] = build_side(
            side, commit, recipe=recipe, touched=seen.series.paths, lab=lab
        )
    seen.builds(recipe.name)
    for side in commits:
        built = seen.built[recipe.name, side]
        if built.state is not BuildState.BUILT:
            seen.remarks.append(
                f"no unit test was run: their kernel did not build on the {side.value}"
                f" ({built.state.value}; see {built.log})"
            )
            return {}
    return seen.kernels(recipe.name)
