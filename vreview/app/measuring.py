# SPDX-License-Identifier: GPL-2.0-or-later
"""A review's benchmarks, on both trees, metric by metric compared."""

from __future__ import annotations

from collections.abc import Sequence

from vreview.app.observed import Observed
from vreview.app.perf import pooled
from vreview.app.reviewtools import ReviewTools
from vreview.app.trial import (
    Exercise,
    Side,
    benchmark_exercise,
    run_sides,
)
from vreview.logic.compare import compare
from vreview.model.bench import Comparison, Mode, Samples
from vreview.model.kernel import Recipe
from vreview.model.review import (
    Stage,
    StageResult,
    StageState,
)
from vreview.model.trial import BootState, Run
from vreview.ports import Benchmark


def measure(recipe: Recipe, seen: Observed, *, tools: ReviewTools) -> None:
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
