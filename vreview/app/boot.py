# SPDX-License-Identifier: GPL-2.0-or-later
"""One revision alone: built, booted, and, when asked, tested.

What ``vreview boot`` and ``vreview test`` do. Compares nothing: a review does (``app.trial``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vreview.app.recycled import completed
from vreview.model.kernel import Recipe
from vreview.model.observation import Severity
from vreview.model.series import Oid
from vreview.model.trial import Booted, BootState, Built, Case, CaseState, Run
from vreview.parse.console import splat_observation
from vreview.ports import BootBackend, Builder, GuestJob, Observer, Repo, TestSuite


@dataclass(frozen=True, slots=True)
class StageTools:
    """What a stage needs. ``folder`` is the run's own and holds consoles and guest programs."""

    repo: Repo
    builder: Builder
    backend: BootBackend
    suites: tuple[TestSuite, ...]
    folder: Path
    observer: Observer
    fragments: tuple[str, ...] = ()
    """Merged into the kernel besides its profile."""

    def recipe(self, profile: str) -> Recipe:
        return Recipe(profile, self.fragments)


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """A suite's boot. ``suite`` is "boot" where nothing was run but a first program."""

    suite: str
    booted: Booted
    cases: tuple[Case, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True)
class RevisionRun:
    """``runs`` is empty when the kernel did not build."""

    commit: Oid
    built: Built
    runs: tuple[SuiteRun, ...]

    @property
    def bad(self) -> bool:
        """True when a boot did not end well, a case failed, or the kernel reported an error."""
        return any(
            run.booted.state is not BootState.DONE
            or any(splat_observation(s).severity is Severity.ERROR for s in run.booted.splats)
            or any(c.state in (CaseState.CRASHED, CaseState.FAILED) for c in run.cases)
            for run in self.runs
        )


def boot_revision(revision: str, *, tools: StageTools, profile: str = "test") -> RevisionRun:
    """Builds ``revision`` and boots it to a first program in user space.

    Raises TreeError for an unknown revision, OurFailure.
    """

    def runs(built: Built) -> tuple[SuiteRun, ...]:
        folder = _folder(tools, "boot")
        job = GuestJob(("/bin/cat", "/proc/version"), folder)
        return (_run(built, job, name="boot", suite=None, tools=tools),)

    return _built_and_run(revision, runs, tools=tools, profile=profile)


def run_suites(
    revision: str, *, tools: StageTools, suites: Sequence[TestSuite] | None = None
) -> RevisionRun:
    """Builds ``revision`` and runs each suite in a boot of its own. Raises as boot_revision."""

    def runs(built: Built) -> tuple[SuiteRun, ...]:
        return tuple(
            _run(
                built,
                suite.prepare(_folder(tools, suite.name)),
                name=suite.name,
                suite=suite,
                tools=tools,
            )
            for suite in (tools.suites if suites is None else suites)
        )

    return _built_and_run(revision, runs, tools=tools, profile="test")


def _built_and_run(
    revision: str, runs: Callable[[Built], tuple[SuiteRun, ...]], *, tools: StageTools, profile: str
) -> RevisionRun:
    commit = tools.repo.resolve(revision)
    recipe = tools.recipe(profile)
    built = tools.builder.build(commit, recipe=recipe, touched=(), observer=tools.observer)
    return RevisionRun(commit, built, runs(built) if built.kernel is not None else ())


def _run(
    built: Built, job: GuestJob, *, name: str, suite: TestSuite | None, tools: StageTools
) -> SuiteRun:
    kernel = built.kernel
    assert kernel is not None
    outputs: list[str] = []

    def boot(job: GuestJob, file: str) -> Run:
        what = f"boot {kernel.release} for {name}"
        tools.observer.begin(what)
        console = tools.folder / file
        done = tools.backend.run(kernel, job, console=console, observer=tools.observer)
        tools.observer.end(what, done.booted.state.value)
        outputs.append(done.output)
        return Run(name, done.booted, () if suite is None else suite.read(done.output))

    first = boot(job, f"console.{name}.log")
    run = completed(first, job, lambda rest: boot(rest, f"console.{name}-rest.log"))
    return SuiteRun(name, run.booted, run.cases, "".join(outputs))


def _folder(tools: StageTools, name: str) -> Path:
    folder = tools.folder / f"guest.{name}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()
