# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes error paths run: a suite's cases again and again, each time with one more call failing.

That a case fails then is expected; what counts is what the kernel says, and what does not come to
an end. The tip goes first: only what it shows is asked of the base. How a failure is made is the
guest program's business (vreview/guest/inject).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vreview.app.observed import Observed
from vreview.app.trial import HUNT, Exercise, Lab, Side, patient, run_sides
from vreview.logic.coverage import Reached as Reach
from vreview.model.coverage import FileCounts, PatchCoverage
from vreview.model.injection import Injected, Injection, Reached
from vreview.model.kernel import Kernel, Recipe
from vreview.model.observation import Step
from vreview.model.review import Applied, Finding
from vreview.model.series import Series
from vreview.model.trial import BootState, Case, CaseState, Run
from vreview.parse.injections import behind, parse_injections
from vreview.ports import GuestJob, GuestRun, Injector, TestSuite

SUFFIX = "-inject"
SECONDS = 240.0
"""For all runs of all cases of all suites; what a guest's own start takes is not in it."""

_EXPECTED = frozenset({"allocation-failure"})
"""Kinds of splats that only say that an allocation failed: that is what was asked for."""


Covered = Callable[
    [Series, Applied, Mapping[str, Sequence[FileCounts]], Reach], tuple[PatchCoverage, ...]
]


@dataclass(frozen=True, slots=True)
class LineTools:
    """What the lines of a review need. ``covered`` is bound to its repository; ``inject`` is the
    user's word, None leaves it to what did not run."""

    covered: Covered
    injector: Injector
    inject: bool | None = None


def run_error_paths(
    suites: Sequence[TestSuite], seen: Observed, *, tools: LineTools, lab: Lab
) -> None:
    """Says which changed lines ran on the tip; where error paths did not, or on the user's word,
    makes calls fail."""
    counts = _counts(seen)
    if not any(counts.values()) and _should_count(seen, lab):
        seen.remarks.append("cannot tell which changed lines ran: no guest sent its counts back")
    seen.coverage = _covered(seen, counts, lambda *_: "", tools)
    wanted = worth_injecting(seen.coverage) if tools.inject is None else tools.inject
    if wanted:
        made = _make_calls_fail(suites, seen, tools=tools, lab=lab)
        seen.coverage = _covered(seen, counts, reached_by(made), tools)


def _make_calls_fail(
    suites: Sequence[TestSuite], seen: Observed, *, tools: LineTools, lab: Lab
) -> list[Run]:
    """The tip's runs. The hunt's kernel goes first: it has all that the other one has."""
    recipes = [recipe for recipe in (seen.recipes.hunt, seen.recipes.test) if recipe is not None]
    recipe = next((one for one in recipes if seen.kernels(one.name)), None)
    takers = _takers(suites, tools.injector)
    made: list[Run] = []
    for suite in takers if recipe is not None else ():
        assert recipe is not None
        seconds = SECONDS / len(takers)
        exercise = _exercise(suite, recipe, seen, injector=tools.injector, seconds=seconds)
        if exercise is None:
            continue
        known = len(seen.findings)
        done = run_injected(seen.kernels(recipe.name), exercise, lab=lab)
        seen.exercised(exercise, done)
        seen.findings[known:] = told(seen.findings[known:], done[Side.TIP])
        made += done[Side.TIP]
    if not made:
        seen.remarks.append("no call was made to fail: no suite has cases that it could be done in")
    return made


def _covered(
    seen: Observed, counts: Mapping[str, Sequence[FileCounts]], reached: Reach, tools: LineTools
) -> tuple[PatchCoverage, ...]:
    if seen.applied is None or not any(counts.values()):
        return ()
    done = tools.covered(seen.series, seen.applied, counts, reached)
    lost = _without_counts(seen)
    return tuple(replace(one, lost=lost) if one.ran < one.compiled else one for one in done)


def _without_counts(seen: Observed) -> tuple[str, ...]:
    """The suites of which a guest of the test kernel ended before it could send what it counted."""
    test = seen.recipes.test
    return tuple(
        name
        for (profile, name, side), runs in seen.runs.items()
        if test is not None
        and (profile, side) == (test.name, Side.TIP)
        and not name.endswith(SUFFIX)
        and any(run.booted.state is not BootState.DONE for run in runs)
    )


def _should_count(seen: Observed, lab: Lab) -> bool:
    test = seen.recipes.test
    kernels = seen.kernels(test.name) if test is not None else {}
    return lab.counter is not None and any(map(lab.counter.counts, kernels.values()))


def _counts(seen: Observed) -> dict[str, list[FileCounts]]:
    """The lines of the tip's boots without failures, by suite."""
    counts: dict[str, list[FileCounts]] = {}
    for (_, name, side), runs in seen.runs.items():
        if side is Side.TIP and not name.endswith(SUFFIX):
            counts.setdefault(name, []).extend(one for run in runs for one in run.counts)
    return counts


def _takers(suites: Sequence[TestSuite], injector: Injector) -> list[TestSuite]:
    """The suites that the files chose; the one for every kernel only where there is no other."""
    takers = [suite for suite in suites if injector.takes(suite)]
    return [suite for suite in takers if suite is not suites[0]] or takers


def _exercise(
    suite: TestSuite, recipe: Recipe, seen: Observed, *, injector: Injector, seconds: float
) -> Exercise | None:
    """None when there is no case that passes by itself on both sides."""
    sides = [seen.runs.get((recipe.name, suite.name, side), ()) for side in Side]
    passed = passed_cases(run for runs in sides for run in runs) if all(sides) else ()
    if not passed:
        return None
    word = HUNT if recipe == seen.recipes.hunt else "test"
    return injecting(suite, passed, recipe, injector=injector, kernel=word, seconds=seconds)


def worth_injecting(coverage: Iterable[PatchCoverage]) -> bool:
    """Whether there is an error path among the changed lines that no suite ran."""
    return any(gap.error_path for patch in coverage for gap in patch.gaps)


def injecting(
    suite: TestSuite,
    passed: Sequence[str],
    recipe: Recipe,
    *,
    injector: Injector,
    kernel: str,
    seconds: float = SECONDS,
) -> Exercise:
    """A suite's cases that pass by themselves, as an exercise; ``kernel`` as in Exercise."""

    def prepare(folder: Path) -> GuestJob:
        job = injector.prepare(suite, passed, folder, seconds=seconds)
        return patient(job) if kernel == HUNT else job

    def read(output: str) -> tuple[tuple[Case, ...], tuple[()]]:
        return injector.read(suite, output), ()

    def after(run: Run, done: GuestRun, on: Kernel, lab: Lab) -> Run:
        return _with_failures(run, done, on, injector=injector, lab=lab)

    return Exercise(f"{suite.name}{SUFFIX}", recipe.name, prepare, read, kernel=kernel, after=after)


def passed_cases(runs: Iterable[Run]) -> tuple[str, ...]:
    """Cases that passed in every one of the runs, in their order."""
    states: dict[str, list[CaseState]] = {}
    whole = list(runs)
    for run in whole:
        for case in run.cases:
            states.setdefault(case.name, []).append(case.state)
    return tuple(name for name, seen in states.items() if seen == [CaseState.PASSED] * len(whole))


def run_injected(
    kernels: Mapping[Side, Kernel], exercise: Exercise, *, lab: Lab
) -> Mapping[Side, tuple[Run, ...]]:
    """The tip's run, and the base's where the tip's shows something."""
    tip = run_sides({Side.TIP: kernels[Side.TIP]}, exercise, lab=lab)
    shows = any(run.observations for run in tip[Side.TIP])
    base = run_sides({Side.BASE: kernels[Side.BASE]}, exercise, lab=lab) if shows else {}
    return {Side.BASE: base.get(Side.BASE, ()), Side.TIP: tip[Side.TIP]}


def told(findings: Iterable[Finding], runs: Iterable[Run]) -> list[Finding]:
    """The findings; those that a run showed say what had failed."""
    whole = list(runs)
    return [_noted(finding, whole) for finding in findings]


def _noted(finding: Finding, runs: Sequence[Run]) -> Finding:
    seen = finding.observation
    for run in runs:
        if seen.tool == "boot" and run.injected is not None:
            last = next((one for one in run.injected.injections if one.ended == "died"), None)
            return _with_failure(finding, last) if last else finding
        for splat in run.booted.splats:
            if run.injected is None or (splat.kind, splat.title) != (seen.rule, seen.subject):
                continue
            failure = behind(run.injected, splat)
            if failure is not None:
                return _with_failure(finding, failure)
    return finding


def _with_failure(finding: Finding, failure: Injection) -> Finding:
    """The finding with what had failed, and the way by which that call came about."""
    seen = finding.observation
    stack = " < ".join(failure.stack[:8])
    way = Step(f"made to happen before it: {failure}" + f", through {stack}" * bool(stack))
    return replace(
        finding,
        observation=replace(seen, evidence=(*seen.evidence, way)),
        notes=(*finding.notes, f"with {failure}"),
    )


def reached_by(runs: Iterable[Run]) -> Callable[[str, int], str]:
    """What failed when a line ran that no suite runs, in words; "" when nothing made it run."""
    words: dict[tuple[str, int], str] = {}
    for run in runs:
        if run.injected is None:
            continue
        known = {one.run: one for one in run.injected.injections}
        for reached in run.injected.reached:
            if reached.run in known:
                words.setdefault((reached.path, reached.line), str(known[reached.run]))
    return lambda path, line: words.get((path, line), "")


def _with_failures(
    run: Run, done: GuestRun, kernel: Kernel, *, injector: Injector, lab: Lab
) -> Run:
    """The run with the failures that were made, what was reached by which, and without the
    splats that they are by themselves."""
    console = run.booted.console.read_text(errors="replace")
    injected = parse_injections(done.output, console)
    reached: list[Reached] = []
    if lab.counter is not None:
        before: set[tuple[str, int]] = set()
        for number, files in injector.kept(done.files):
            counts, _ = lab.counter.read(kernel, files)
            ran = {(f.path, line) for f in counts for line, count in f.lines if count}
            reached += [Reached(path, line, number) for path, line in sorted(ran - before)]
            before |= ran
    return replace(
        run,
        observations=tuple(o for o in run.observations if o.rule not in _EXPECTED),
        injected=Injected(injected.injections, injected.marks, tuple(reached)),
    )
