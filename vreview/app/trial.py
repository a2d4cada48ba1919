# SPDX-License-Identifier: GPL-2.0-or-later
"""The one heavy path: a tree is built, booted, tested and measured, on both sides alike.

Review, and later bisection, walk it. Says what was observed; compares nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path

from vreview.app.artifacts import cut, keep_log, keep_output
from vreview.app.coverage import with_counts
from vreview.app.decoded import with_lines
from vreview.app.journal import Journal
from vreview.app.recycled import completed
from vreview.errors import OurFailure
from vreview.logic.observe import boot_observation, case_observations
from vreview.model.bench import Mode, Samples
from vreview.model.kernel import Kernel, Recipe
from vreview.model.observation import Place, Severity
from vreview.model.series import Oid
from vreview.model.trial import Built, Case, Frame, Run
from vreview.parse.console import splat_observation
from vreview.ports import (
    Benchmark,
    BootBackend,
    Builder,
    Deadlines,
    GuestJob,
    GuestRun,
    LineCounter,
    Observer,
    TestSuite,
)

HUNT = "hunt"
_SLOWER = 3.0
"""How much longer a guest with KASAN may take under TCG."""


class Side(Enum):
    """Which of the two trees."""

    BASE = "base"
    TIP = "tip"


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something to run in a guest: a suite, or a benchmark in one mode.

    ``profile`` is the name of the recipe whose kernel it runs on, ``kernel`` the word for that:
    test, hunt or perf. ``boots`` is how often a side runs it, counted on from ``first``; ``alone``
    that nothing else may run meanwhile. ``after`` adds to a run what its guest sent back.
    """

    name: str
    profile: str
    prepare: Callable[[Path], GuestJob]
    read: Callable[[str], tuple[tuple[Case, ...], tuple[Samples, ...]]]
    boots: int = 1
    alone: bool = False
    kernel: str = "test"
    first: int = 1
    after: Callable[[Run, GuestRun, Kernel, Lab], Run] = lambda run, *_: run

    @property
    def key(self) -> str:
        """Its name, told apart from the same exercise on the test kernel: names files."""
        return f"{self.name}-{HUNT}" if self.kernel == HUNT else self.name


def suite_exercise(
    suite: TestSuite, recipe: Recipe, *, kernel: str = "test", runs: int = 1
) -> Exercise:
    """A suite on the kernel of a recipe; a hunt's checkers get time and memory for what they do."""

    def prepare(folder: Path) -> GuestJob:
        job = suite.prepare(folder)
        return patient(job) if kernel == HUNT else job

    return Exercise(
        suite.name,
        recipe.name,
        prepare,
        lambda output: (suite.read(output), ()),
        boots=runs,
        kernel=kernel,
    )


def patient(job: GuestJob) -> GuestJob:
    """The same job for a guest whose every access to memory is checked."""
    seconds = asdict(job.deadlines)
    return replace(
        job,
        memory_mib=2 * job.memory_mib,
        deadlines=Deadlines(**{phase: _SLOWER * limit for phase, limit in seconds.items()}),
    )


def benchmark_exercise(benchmark: Benchmark, mode: Mode, *, boots: int, recipe: Recipe) -> Exercise:
    return Exercise(
        f"{benchmark.name}-{mode.value}",
        recipe.name,
        lambda folder: benchmark.prepare(folder, mode=mode),
        lambda output: ((), benchmark.read(output, mode=mode)),
        boots=boots,
        alone=mode is Mode.WALL,
        kernel="perf",
    )


FindLines = Callable[[Kernel, Sequence[Frame]], Mapping[Frame, tuple[Place, ...]]]


@dataclass(frozen=True, slots=True)
class Lab:
    """What a trial needs: the machine's side, and where its files go."""

    builder: Builder
    backend: BootBackend
    journal: Journal
    folder: Path
    observer: Observer
    lines: FindLines | None = None
    """Where the frames of a kernel's stacks lie in its source."""
    counter: LineCounter | None = None
    """Which lines of the kernel ran."""


def build_side(
    side: Side, commit: Oid, *, recipe: Recipe, touched: tuple[str, ...], lab: Lab
) -> Built:
    """Builds one side by one recipe, once a run."""
    return build_at(side.value, commit, recipe=recipe, touched=touched, lab=lab)


def build_at(
    where: str, commit: Oid, *, recipe: Recipe, touched: tuple[str, ...], lab: Lab
) -> Built:
    """Builds a commit that the run calls ``where`` ("base", "patch-3"), once a run."""

    def build() -> Built:
        what = f"build {where} ({recipe.name})"
        lab.observer.begin(what)
        built = lab.builder.build(commit, recipe=recipe, touched=touched, observer=lab.observer)
        lab.observer.end(what, "from the store" if built.from_store else built.state.value)
        keep_log(lab.folder, f"build-{recipe.name}-{where}", built.log)
        return built

    built = lab.journal.once(f"build-{recipe.name}-{where}", Built, build)
    if built.kernel is not None and not built.kernel.image.exists():
        # The cache was emptied since: it may cost time, never the answer.
        built = lab.builder.build(commit, recipe=recipe, touched=touched, observer=lab.observer)
    return built


def run_once(
    where: str, kernel: Kernel, exercise: Exercise, *, job: GuestJob, number: int, lab: Lab
) -> Run:
    """Boots the kernel of ``where`` (as ``build_at``) for one exercise, once a run."""
    suffix = f"-{number}" if exercise.boots > 1 or number > 1 else ""
    key = f"run-{exercise.key}-{where}{suffix}"

    def boot(job: GuestJob, name: str) -> Run:
        what = f"{exercise.name} on {where}" + f" ({HUNT})" * (exercise.kernel == HUNT)
        lab.observer.begin(what)
        done = lab.backend.run(
            kernel,
            _counting(job, kernel, lab),
            console=lab.folder / f"{name}.console",
            observer=lab.observer,
        )
        keep_output(lab.folder, name, done.output)
        cases, samples = exercise.read(done.output)
        ended = boot_observation(exercise.name, done.booted)
        lab.observer.end(what, done.booted.state.value)
        run = Run(
            exercise.name,
            done.booted,
            cases,
            samples,
            (
                *map(splat_observation, done.booted.splats),
                *case_observations(cases),
                *((ended,) if ended else ()),
            ),
        )
        whole = _decoded(
            exercise.after(_counted(run, done, kernel, lab), done, kernel, lab), kernel, lab
        )
        for kind in ("console", "output"):
            cut(lab.folder / f"{name}.{kind}")
        return whole

    return lab.journal.once(
        key,
        Run,
        lambda: completed(boot(job, key), job, lambda rest: boot(rest, f"{key}-rest")),
    )


def _counting(job: GuestJob, kernel: Kernel, lab: Lab) -> GuestJob:
    """The job, with the lines that its guest counts sent back."""
    if lab.counter is None or not lab.counter.counts(kernel):
        return job
    return replace(job, collect=(*job.collect, lab.counter.folder))


def _counted(run: Run, done: GuestRun, kernel: Kernel, lab: Lab) -> Run:
    return run if lab.counter is None else with_counts(run, done, kernel, lab.counter)


def _decoded(run: Run, kernel: Kernel, lab: Lab) -> Run:
    """The run, its splats' stacks with lines of source; as it was, when they cannot be had."""
    if lab.lines is None or all(one.severity is not Severity.ERROR for one in run.observations):
        return run
    find = lab.lines
    try:
        return with_lines(run, lambda frames: find(kernel, frames))
    except OurFailure as err:
        lab.observer.end("lines of the stack", str(err))
        return run


def prepared(exercise: Exercise, *, lab: Lab) -> GuestJob:
    """The job for the guest, its programs in the run's folder."""
    place = lab.folder / "guest" / exercise.key
    place.mkdir(parents=True, exist_ok=True)
    return exercise.prepare(place)


def run_sides(
    kernels: Mapping[Side, Kernel], exercise: Exercise, *, lab: Lab
) -> Mapping[Side, tuple[Run, ...]]:
    """Runs an exercise on each side: at the same time, or in turns when it must be alone."""
    job = prepared(exercise, lab=lab)
    numbers = range(exercise.first, exercise.first + exercise.boots)
    turns = [(side, number) for number in numbers for side in kernels]

    def turn(what: tuple[Side, int]) -> Run:
        side, number = what
        return run_once(side.value, kernels[side], exercise, job=job, number=number, lab=lab)

    done = list(map(turn, turns)) if exercise.alone else _at_once(turn, turns)
    return {
        side: tuple(run for (ran, _), run in zip(turns, done, strict=True) if ran is side)
        for side in kernels
    }


def _at_once(turn: Callable[[tuple[Side, int]], Run], turns: list[tuple[Side, int]]) -> list[Run]:
    """Both sides at the same time; on Ctrl-C or an error nothing is waited for."""
    pool = ThreadPoolExecutor(max_workers=2)
    try:
        return list(pool.map(turn, turns))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
