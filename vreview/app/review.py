# SPDX-License-Identifier: GPL-2.0-or-later
"""From a series to a verdict: the order of the steps, and what each leaves to the next.

Every step is remembered by the journal, so an interrupted review goes on after the last one that
finished. Decides nothing about git, kernels or words; see the ports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeVar

from vreview.app.lint import LintResult
from vreview.app.perf import pooled
from vreview.app.trial import (
    Exercise,
    Lab,
    Side,
    benchmark_exercise,
    build_side,
    run_sides,
    suite_exercise,
)
from vreview.logic.blame import blamed
from vreview.logic.compare import compare
from vreview.logic.delta import delta, merged
from vreview.logic.verdict import verdict
from vreview.model.bench import Comparison, Mode, Samples
from vreview.model.kernel import Kernel
from vreview.model.review import (
    Applied,
    Delta,
    Finding,
    Review,
    Stage,
    StageResult,
    StageState,
)
from vreview.model.series import Oid, Series
from vreview.model.trial import BootState, BuildState, Built, Run, Trial
from vreview.ports import Benchmark, TestSuite

T = TypeVar("T")

_COMPILED = (".c", ".S", ".h")


@dataclass(frozen=True, slots=True)
class ReviewTools:
    """What a review works with. ``apply`` and ``lint`` are bound to their repository already;
    ``clock`` gives seconds."""

    apply: Callable[[Series], Applied]
    lint: Callable[[Series, Applied | None], LintResult]
    lab: Lab
    suites_for: Callable[[Sequence[str]], Sequence[TestSuite]]
    benchmarks: Sequence[Benchmark]
    clock: Callable[[], float]
    wall_boots: int = 0


@dataclass(slots=True)
class _Progress:
    """What has been found out so far; frozen into a Review at the end."""

    series: Series
    stages: list[StageResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    deltas: list[Delta] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    built: dict[tuple[str, Side], Built] = field(default_factory=dict)
    runs: dict[tuple[str, Side], list[Run]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def skip(self, stage: Stage, why: str) -> None:
        self.stages.append(StageResult(stage, StageState.NOT_RUN, why=why))

    def take(self, change: Delta, *, stacks: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Keeps a stage's delta; what is new, and was not in an earlier one, becomes a finding."""
        known = {o.fingerprint for earlier in self.deltas for o in earlier.new}
        for one in change.new:
            if one.fingerprint not in known:
                known.add(one.fingerprint)
                stack = (stacks or {}).get(one.subject, ())
                self.findings.append(blamed(one, self.series, stack=stack))
        self.deltas.append(change)


def review(
    series: Series, *, stages: frozenset[Stage], tools: ReviewTools, no_tree: bool
) -> Review:
    """Walks the stages; every one that does not run says why. Raises only for our own failures."""
    seen = _Progress(series)
    applied = None if no_tree else _timed(Stage.APPLY, seen, tools, lambda: _apply(series, tools))
    if Stage.LINT in stages:
        linted = _timed(Stage.LINT, seen, tools, lambda: _lint(series, applied, tools))
        seen.findings.extend(linted.findings)
        seen.remarks.extend(linted.remarks)
    heavy = stages & {Stage.BUILD, Stage.BOOT, Stage.TEST, Stage.PERF}
    if heavy:
        _try_both_trees(applied, seen, heavy=heavy, tools=tools)
    return _frozen(seen, applied)


def _apply(series: Series, tools: ReviewTools) -> Applied:
    return tools.lab.journal.once("applied", Applied, lambda: tools.apply(series))


def _lint(series: Series, applied: Applied | None, tools: ReviewTools) -> LintResult:
    return tools.lab.journal.once("lint", LintResult, lambda: tools.lint(series, applied))


def _timed(stage: Stage, seen: _Progress, tools: ReviewTools, step: Callable[[], T]) -> T:
    begin = tools.clock()
    result = step()
    seen.stages.append(StageResult(stage, StageState.DONE, tools.clock() - begin))
    return result


def _try_both_trees(
    applied: Applied | None, seen: _Progress, *, heavy: frozenset[Stage], tools: ReviewTools
) -> None:
    """Build, boot, test and perf, each as far as the one before it allows."""
    commits = _commits(applied)
    if commits is None:
        why = "there is no tree" if applied is None else "the series does not apply"
        if applied is not None:
            seen.stages[0] = StageResult(
                Stage.APPLY, StageState.FAILED, seen.stages[0].seconds, "not every patch applies"
            )
        for stage in Stage:
            if stage in heavy:
                seen.skip(stage, why)
        return
    profiles = ["test"] if heavy != {Stage.PERF} else []
    if Stage.PERF in heavy and tools.benchmarks:
        profiles.append("perf")
    begin = tools.clock()
    for profile in profiles:
        _build(profile, commits, seen, tools=tools)
    seen.stages.append(_build_result(profiles, seen, seconds=tools.clock() - begin))
    if heavy & {Stage.BOOT, Stage.TEST}:
        _boot_and_test(seen, heavy=heavy, tools=tools)
    if Stage.PERF in heavy:
        _measure(seen, tools=tools)


def _commits(applied: Applied | None) -> Mapping[Side, Oid] | None:
    if applied is None or applied.tip is None or applied.base.commit is None:
        return None
    return {Side.BASE: applied.base.commit, Side.TIP: applied.tip}


def _build(
    profile: str, commits: Mapping[Side, Oid], seen: _Progress, *, tools: ReviewTools
) -> None:
    for side, commit in commits.items():
        seen.built[profile, side] = build_side(
            side, commit, profile=profile, touched=seen.series.paths, lab=tools.lab
        )
    base, tip = seen.built[profile, Side.BASE], seen.built[profile, Side.TIP]
    change = delta(
        base.observations,
        tip.observations,
        base_reached=base.state is BuildState.BUILT,
        tip_reached=tip.state is not BuildState.TIMED_OUT,
    )
    seen.take(change)


def _build_result(profiles: Sequence[str], seen: _Progress, *, seconds: float) -> StageResult:
    for profile in profiles:
        for side in Side:
            built = seen.built[profile, side]
            if built.state is not BuildState.BUILT:
                also = " either" if side is Side.TIP and _failed(profile, Side.BASE, seen) else ""
                why = f"{side.value} ({profile}): {built.state.value}{also}; see {built.log}"
                return StageResult(Stage.BUILD, StageState.FAILED, seconds, why)
    return StageResult(Stage.BUILD, StageState.DONE, seconds)


def _failed(profile: str, side: Side, seen: _Progress) -> bool:
    return seen.built[profile, side].state is not BuildState.BUILT


def _kernels(profile: str, seen: _Progress) -> Mapping[Side, Kernel]:
    """The kernels of both sides, or nothing when one is missing."""
    found = {side: seen.built[profile, side].kernel for side in Side}
    return {side: k for side, k in found.items() if k} if all(found.values()) else {}


def _boot_and_test(seen: _Progress, *, heavy: frozenset[Stage], tools: ReviewTools) -> None:
    """The first suite shows that both trees boot at all; the others run only when they do."""
    kernels = _kernels("test", seen)
    wanted = tools.suites_for(seen.series.paths)
    if not kernels or not wanted:
        why = "no suite is wanted" if kernels else "not both trees were built"
        for stage in (Stage.BOOT, Stage.TEST):
            if stage in heavy:
                seen.skip(stage, why)
        return
    begin = tools.clock()
    first, *others = map(suite_exercise, wanted)
    _exercise(first, kernels, seen, tools=tools)
    booted = _boot_result(first.name, seen, seconds=tools.clock() - begin)
    seen.stages.append(booted)
    if Stage.TEST not in heavy:
        return
    if booted.state is StageState.FAILED:
        seen.skip(Stage.TEST, booted.why)
        return
    begin = tools.clock()
    for exercise in others:
        _exercise(exercise, kernels, seen, tools=tools)
    broken = [
        e.name
        for e in others
        if seen.runs[e.name, Side.BASE][-1].booted.state is not BootState.DONE
    ]
    seen.stages.append(
        StageResult(
            Stage.TEST,
            StageState.FAILED if broken else StageState.DONE,
            tools.clock() - begin,
            f"{', '.join(broken)}: the base did not come to the end either" if broken else "",
        )
    )


def _exercise(
    exercise: Exercise, kernels: Mapping[Side, Kernel], seen: _Progress, *, tools: ReviewTools
) -> None:
    done = run_sides(kernels, exercise, lab=tools.lab)
    for side, runs in done.items():
        seen.runs[exercise.name, side] = list(runs)
    change = delta(
        *(tuple(o for run in done[side] for o in run.observations) for side in Side),
        base_reached=all(r.booted.state is BootState.DONE for r in done[Side.BASE]),
        tip_reached=all(r.booted.state is BootState.DONE for r in done[Side.TIP]),
    )
    splats = [s for runs in done.values() for run in runs for s in run.booted.splats]
    seen.take(change, stacks={s.title: s.functions for s in splats})


def _boot_result(name: str, seen: _Progress, *, seconds: float) -> StageResult:
    states = {side: seen.runs[name, side][-1].booted.state for side in Side}
    bad = [side for side, state in states.items() if state is not BootState.DONE]
    if not bad:
        return StageResult(Stage.BOOT, StageState.DONE, seconds)
    if len(bad) == len(Side):
        why = f"neither base ({states[Side.BASE].value}) nor tip ({states[Side.TIP].value}) boots"
    else:
        why = f"{bad[0].value}: {states[bad[0]].value}"
    return StageResult(Stage.BOOT, StageState.FAILED, seconds, why)


def _measure(seen: _Progress, *, tools: ReviewTools) -> None:
    """Benchmarks, when the kernel that is measured holds something that the series touches."""
    kernels = _kernels("perf", seen) if ("perf", Side.TIP) in seen.built else {}
    if not kernels:
        seen.skip(Stage.PERF, "not both trees were built for it")
        return
    if not any(seen.built["perf", side].compiled for side in Side):
        seen.skip(Stage.PERF, "the kernel that is measured compiles none of the touched files")
        return
    begin = tools.clock()
    for benchmark in tools.benchmarks:
        for exercise in _modes(benchmark, tools.wall_boots):
            _exercise(exercise, kernels, seen, tools=tools)
            runs = [seen.runs[exercise.name, side] for side in Side]
            base, tip = (pooled([run.samples for run in side]) for side in runs)
            seen.comparisons.extend(_compared(base, tip))
    seen.stages.append(StageResult(Stage.PERF, StageState.DONE, tools.clock() - begin))


def _modes(benchmark: Benchmark, wall_boots: int) -> list[Exercise]:
    modes = [benchmark_exercise(benchmark, Mode.DETERMINISTIC, boots=1)]
    if wall_boots:
        modes.append(benchmark_exercise(benchmark, Mode.WALL, boots=wall_boots))
    return modes


def _compared(base: Sequence[Samples], tip: Sequence[Samples]) -> list[Comparison]:
    """Metric by metric; one that only one side has is compared with nothing."""
    sides = [{s.metric.name: s for s in side} for side in (base, tip)]
    names = sorted({name for side in sides for name in side})
    return [compare(sides[0].get(name), sides[1].get(name)) for name in names]


def _frozen(seen: _Progress, applied: Applied | None) -> Review:
    sources = [p for p in seen.series.paths if PurePosixPath(p).suffix in _COMPILED]
    compiled = {p for built in seen.built.values() for p in built.compiled}
    idle = bool(seen.built and sources) and not compiled.intersection(sources)
    return Review(
        series=seen.series,
        applied=applied,
        stages=tuple(seen.stages),
        findings=tuple(seen.findings),
        delta=merged(seen.deltas),
        base_trials=_trials(Side.BASE, seen, applied),
        tip_trials=_trials(Side.TIP, seen, applied),
        comparisons=tuple(seen.comparisons),
        verdict=verdict(
            seen.findings,
            seen.comparisons,
            seen.stages,
            idle=idle,
        ),
        remarks=(*seen.remarks, *_limits(seen)),
    )


def _trials(side: Side, seen: _Progress, applied: Applied | None) -> tuple[Trial, ...]:
    commits = _commits(applied)
    if commits is None:
        return ()
    profiles = dict.fromkeys(profile for profile, _ in seen.built)
    runs = {
        "test": [r for (n, s), rs in seen.runs.items() for r in rs if s is side and not r.samples],
        "perf": [r for (n, s), rs in seen.runs.items() for r in rs if s is side and r.samples],
    }
    return tuple(
        Trial(commits[side], profile, seen.built[profile, side], tuple(runs.get(profile, ())))
        for profile in profiles
    )


def _limits(seen: _Progress) -> list[str]:
    """What was not compiled and what the configuration refused, in sentences."""
    remarks = []
    built = seen.built.get(("test", Side.TIP))
    if built is not None:
        remarks += [f"not compiled in: {path} ({why})" for path, why in built.not_compiled]
    for (profile, side), one in seen.built.items():
        if one.kernel is not None and side is Side.BASE:
            remarks += [
                f"the {profile} configuration asked for CONFIG_{d.symbol}={d.asked} and got {d.got}"
                for d in one.kernel.config.dropped
            ]
    return remarks
