# SPDX-License-Identifier: GPL-2.0-or-later
"""From a series to a verdict: the order of the steps, and what each leaves to the next.

Every step is remembered by the journal, so an interrupted review goes on after the last one that
finished. Decides nothing about git, kernels or words; see the ports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from vreview.app.inject import LineTools, run_error_paths
from vreview.app.kerneltests import KernelTests, run_kernel_tests
from vreview.app.lint import LintResult
from vreview.app.observed import Observed, both_commits
from vreview.app.perf import pooled
from vreview.app.perpatch import Carry, course_of, states_of, walk
from vreview.app.repeat import run_repeated
from vreview.app.trial import (
    HUNT,
    Exercise,
    Lab,
    Side,
    benchmark_exercise,
    build_side,
    run_sides,
    suite_exercise,
)
from vreview.logic.compare import compare
from vreview.logic.recipes import recipes_for
from vreview.logic.seconded import seconded
from vreview.logic.walked import unreached
from vreview.model.bench import Comparison, Mode, Samples
from vreview.model.kernel import Kernel, Recipe, Recipes
from vreview.model.observation import Observation
from vreview.model.review import (
    Applied,
    Finding,
    Review,
    Settled,
    Stage,
    StageResult,
    StageState,
)
from vreview.model.series import Oid, Series
from vreview.model.trial import BootState, BuildState, Built, Run
from vreview.model.walk import Depth
from vreview.ports import Benchmark, TestSuite

T = TypeVar("T")

AskOthers = Callable[[Series, Applied, Mapping[Side, Built]], LintResult]
Settle = Callable[[Series, LintResult | None, Sequence[Finding]], Settled]
OwnTests = Callable[[Sequence[str], Mapping[Side, Oid]], KernelTests]
Plan = Callable[[Series, Applied, Sequence[Finding], frozenset[Stage]], Recipes]


def all_stand(_: Series, __: LintResult | None, findings: Sequence[Finding]) -> Settled:
    """Nothing is dismissed, and there is no version before."""
    return Settled(tuple(findings))


def usual(
    series: Series, _: Applied, findings: Sequence[Finding], heavy: frozenset[Stage]
) -> Recipes:
    """The recipes that nobody's settings change."""
    return recipes_for(series.paths, findings, stages=heavy)


HEAVY = frozenset({Stage.BUILD, Stage.BOOT, Stage.TEST, Stage.PERF})


@dataclass(frozen=True, slots=True)
class ReviewTools:
    """What a review works with. ``apply`` and ``lint`` are bound to their repository already;
    ``suites_for`` gives the suites for the touched paths, the one that every kernel must pass
    first; ``clock`` gives seconds."""

    apply: Callable[[Series], Applied]
    lint: Callable[[Series, Applied | None], LintResult]
    lab: Lab
    suites_for: Callable[[Sequence[str]], Sequence[TestSuite]]
    benchmarks: Sequence[Benchmark]
    clock: Callable[[], float]
    wall_boots: int = 0
    runs: int = 1
    """Boots a side for each suite."""
    again: int = 0
    """Further boots a side of a suite where, of one boot a side, the series alone failed."""
    excused: Callable[[Observation], bool] = lambda _: False
    """Whether a failure will be held against nobody, so that no further boots are worth it."""
    others: AskOthers | None = None
    """What other people's tools say of the trees as they were built."""
    per_patch: Depth | None = None
    """How far every patch is tried; None leaves it at base and tip."""
    carry: Carry = lambda _, __: None
    kernel_tests: OwnTests | None = None
    """The tree's own tests for the touched paths, by the commits of both sides."""
    settle: Settle = all_stand
    """What is known of all findings besides: dismissed, or there since the version before."""
    plan: Plan = usual
    """Which kernels are built."""
    lines: LineTools | None = None
    """Which changed lines ran, and what makes the others run."""
    remarks: tuple[str, ...] = ()
    """What the report says of the machine, whatever is found."""


def review(
    series: Series, *, stages: frozenset[Stage], tools: ReviewTools, no_tree: bool
) -> Review:
    """Walks the stages; every one that does not run says why. Raises only for our own failures."""
    seen = Observed(series, remarks=list(tools.remarks))
    applied = None if no_tree else _applied(seen, tools)
    linted = _lint(seen, applied, tools) if Stage.LINT in stages else None
    heavy = stages & HEAVY
    commits = both_commits(applied)
    if commits is not None:
        assert applied is not None
        seen.recipes = _planned(applied, seen, heavy=heavy, tools=tools)
        _try_both_trees(commits, seen, heavy=heavy, tools=tools)
        if tools.per_patch is not None and seen.recipes.test is not None:
            _walk(applied, tools.per_patch, seen.recipes.test, seen, tools=tools)
        if linted is not None:
            _ask_others(applied, seen, tools)
    else:
        for stage in Stage:
            if stage in heavy:
                seen.skip(
                    stage,
                    "there is no tree" if applied is None else "the series does not apply",
                )
    return seen.frozen(applied, settle=lambda findings: tools.settle(series, linted, findings))


def _timed(tools: ReviewTools, step: Callable[[], T]) -> tuple[T, float]:
    begin = tools.clock()
    return step(), tools.clock() - begin


def _applied(seen: Observed, tools: ReviewTools) -> Applied:
    applied, seconds = _timed(
        tools,
        lambda: tools.lab.journal.once("applied", Applied, lambda: tools.apply(seen.series)),
    )
    seen.applied = applied
    if applied.complete:
        seen.stages.append(StageResult(Stage.APPLY, StageState.DONE, seconds))
    else:
        why = "not every patch applies"
        seen.stages.append(StageResult(Stage.APPLY, StageState.FAILED, seconds, why))
    return applied


def _lint(seen: Observed, applied: Applied | None, tools: ReviewTools) -> LintResult:
    result, seconds = _timed(
        tools,
        lambda: tools.lab.journal.once(
            "lint", LintResult, lambda: tools.lint(seen.series, applied)
        ),
    )
    seen.findings.extend(result.findings)
    seen.remarks.extend(result.remarks)
    seen.stages.append(StageResult(Stage.LINT, StageState.DONE, seconds))
    return result


def _ask_others(applied: Applied, seen: Observed, tools: ReviewTools) -> None:
    """The tools that need a built tree, on the first kernel that was built on both sides."""
    ask, profiles = tools.others, dict.fromkeys(profile for profile, _ in seen.built)
    if ask is None or not profiles:
        return
    built = {side: seen.built[next(iter(profiles)), side] for side in Side}
    what = "other tools on both builds"
    tools.lab.observer.begin(what)
    result = tools.lab.journal.once("others", LintResult, lambda: ask(seen.series, applied, built))
    tools.lab.observer.end(what, f"{len(result.findings)} findings")
    if result.findings:
        seen.findings[:] = seconded(seen.findings, result.findings)
    seen.remarks.extend(result.remarks)
    seen.stages[:] = [
        replace(one, seconds=one.seconds + result.seconds) if one.stage is Stage.LINT else one
        for one in seen.stages
    ]


def _planned(
    applied: Applied, seen: Observed, *, heavy: frozenset[Stage], tools: ReviewTools
) -> Recipes:
    """Chosen once a run: a resumed one builds what it began with."""
    if not heavy:
        return Recipes()
    wanted = heavy if tools.benchmarks else heavy - {Stage.PERF}
    findings = tuple(seen.findings)
    return tools.lab.journal.once(
        "recipes", Recipes, lambda: tools.plan(seen.series, applied, findings, wanted)
    )


def _try_both_trees(
    commits: Mapping[Side, Oid], seen: Observed, *, heavy: frozenset[Stage], tools: ReviewTools
) -> None:
    """Build, boot, test and perf, each as far as the one before it allows."""
    if not seen.recipes.named():
        return
    begin = tools.clock()
    _build(commits, seen, tools=tools)
    seen.stages.append(_build_result(seen, seconds=tools.clock() - begin))
    if heavy & {Stage.BOOT, Stage.TEST} and seen.recipes.test is not None:
        _boot_and_test(seen.recipes.test, commits, seen, heavy=heavy, tools=tools)
    if Stage.PERF in heavy and seen.recipes.perf is not None:
        _measure(seen.recipes.perf, seen, tools=tools)


def _build(commits: Mapping[Side, Oid], seen: Observed, *, tools: ReviewTools) -> None:
    for _, recipe in seen.recipes.named():
        for side, commit in commits.items():
            seen.built[recipe.name, side] = build_side(
                side, commit, recipe=recipe, touched=seen.series.paths, lab=tools.lab
            )
        seen.builds(recipe.name)


def _build_result(seen: Observed, *, seconds: float) -> StageResult:
    for word, recipe in seen.recipes.named():
        base, tip = seen.built[recipe.name, Side.BASE], seen.built[recipe.name, Side.TIP]
        for side, built in ((Side.BASE, base), (Side.TIP, tip)):
            if built.state is not BuildState.BUILT:
                also = ", and so did the tip" if built is base and tip.kernel is None else ""
                why = f"{side.value} ({word}): {built.state.value}{also}; see {built.log}"
                return StageResult(Stage.BUILD, StageState.FAILED, seconds, why)
    return StageResult(Stage.BUILD, StageState.DONE, seconds)


def _boot_and_test(
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


def _walk(
    applied: Applied, depth: Depth, recipe: Recipe, seen: Observed, *, tools: ReviewTools
) -> None:
    """Every patch by itself, by the recipe and with the suites of both sides."""
    suites = tools.suites_for(seen.series.paths)
    exercises = [suite_exercise(suite, recipe) for suite in suites]
    course = course_of(depth, recipe, exercises, seen, tip=len(applied.patches), lab=tools.lab)
    done, seconds = _timed(tools, lambda: walk(states_of(applied), course, carry=tools.carry))
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


def _measure(recipe: Recipe, seen: Observed, *, tools: ReviewTools) -> None:
    """Benchmarks, when the kernel that is measured holds something that the series touches."""
    kernels = seen.kernels(recipe.name)
    if not kernels:
        seen.skip(Stage.PERF, "not both trees were built for it")
        return
    if not any(seen.built[recipe.name, side].compiled for side in Side):
        seen.skip(Stage.PERF, "the kernel that is measured compiles none of the touched files")
        return
    begin = tools.clock()
    ended = True
    for benchmark in tools.benchmarks:
        for exercise in _modes(benchmark, recipe, tools.wall_boots):
            done = run_sides(kernels, exercise, lab=tools.lab)
            seen.exercised(exercise, done)
            ended &= all(_measured(run) for runs in done.values() for run in runs)
            base, tip = (pooled([run.samples for run in done[side]]) for side in Side)
            seen.comparisons.extend(_compared(base, tip))
    state = StageState.DONE if ended else StageState.FAILED
    why = "" if ended else "not every boot came to the end of its benchmark"
    seen.stages.append(StageResult(Stage.PERF, state, tools.clock() - begin, why))


def _measured(run: Run) -> bool:
    return run.booted.state is BootState.DONE and bool(run.samples)


def _modes(benchmark: Benchmark, recipe: Recipe, wall_boots: int) -> list[Exercise]:
    modes = [benchmark_exercise(benchmark, Mode.DETERMINISTIC, boots=1, recipe=recipe)]
    if wall_boots:
        modes.append(benchmark_exercise(benchmark, Mode.WALL, boots=wall_boots, recipe=recipe))
    return modes


def _compared(base: Sequence[Samples], tip: Sequence[Samples]) -> list[Comparison]:
    """Metric by metric; one that only one side has is compared with nothing."""
    sides = [{s.metric.name: s for s in side} for side in (base, tip)]
    names = sorted({name for side in sides for name in side})
    return [compare(sides[0].get(name), sides[1].get(name)) for name in names]
