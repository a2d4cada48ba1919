# SPDX-License-Identifier: GPL-2.0-or-later
"""From a series to a verdict: the order of the steps, and what each leaves to the next.

Every step is remembered by the journal, so an interrupted review goes on after the last one that
finished. Decides nothing about git, kernels or words; see the ports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from vreview.app.lint import LintResult
from vreview.app.measuring import measure
from vreview.app.observed import Observed, both_commits
from vreview.app.reviewtools import ReviewTools
from vreview.app.testing import boot_and_test, walk_patches
from vreview.app.trial import (
    Side,
    build_side,
)
from vreview.logic.seconded import seconded
from vreview.model.kernel import Recipes
from vreview.model.review import (
    Applied,
    Review,
    Stage,
    StageResult,
    StageState,
)
from vreview.model.series import Oid, Series
from vreview.model.trial import BuildState

T = TypeVar("T")

HEAVY = frozenset({Stage.BUILD, Stage.BOOT, Stage.TEST, Stage.PERF})


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
            walk_patches(applied, tools.per_patch, seen.recipes.test, seen, tools=tools)
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
        boot_and_test(seen.recipes.test, commits, seen, heavy=heavy, tools=tools)
    if Stage.PERF in heavy and seen.recipes.perf is not None:
        measure(seen.recipes.perf, seen, tools=tools)


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
