# SPDX-License-Identifier: GPL-2.0-or-later
"""A case that takes its guest down costs that case; the others are run in a fresh guest, once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from vreview.app.boot import StageTools, run_suites
from vreview.app.observed import shown
from vreview.app.recycled import completed
from vreview.logic.observe import boot_observation, case_observations
from vreview.model.kernel import Kernel, KernelConfig, KernelKey, Toolchain
from vreview.model.series import Oid
from vreview.model.trial import Booted, BootState, BuildState, Built, Case, CaseState, Run
from vreview.parse.console import parse_splats, splat_observation
from vreview.ports import GuestJob, GuestRun, Observer

P, F, C = CaseState.PASSED, CaseState.FAILED, CaseState.CRASHED
JOB = GuestJob(("/suite", "test"), Path("/job"), after=("--after",))
OOPS = """\
[    7.1] BUG: kernel NULL pointer dereference, address: 08
[    7.2] RIP: 0010:vr_f+0x1/0x2
"""
NULL = "null-deref BUG: unable to handle kernel NULL pointer dereference in vr_f"


def run_of(states: dict[str, CaseState], state: BootState, console: Path, log: str = "") -> Run:
    console.write_text(log)
    booted = Booted(state, parse_splats(log), console, "fake")
    cases = tuple(Case("net", name, each) for name, each in states.items())
    ended = boot_observation("net", booted)
    return Run(
        "net", booted, cases,
        observations=(
            *map(splat_observation, booted.splats), *case_observations(cases),
            *((ended,) if ended else ()),
        ),
    )  # fmt: skip


def rules(run: Run) -> list[str]:
    return [f"{one.rule} {one.subject}" for one in run.observations]


def test_what_comes_behind_a_crash_is_run_again(tmp_path: Path) -> None:
    first = run_of({"a": P, "b": C, "c": C, "d": C}, BootState.PANIC, tmp_path / "1", OOPS)
    second = run_of({"c": P, "d": F}, BootState.DONE, tmp_path / "2")
    jobs = []
    done = completed(first, JOB, lambda job: jobs.append(job) or second)  # type: ignore[func-returns-value]
    assert [job.command for job in jobs] == [("/suite", "test", "--after", "b")]
    assert [case.state for case in done.cases] == [P, C, P, F]
    assert rules(done) == [
        NULL,
        "boot-panic net", "test-failed d",
        "test-crashed b",
    ]  # fmt: skip
    assert done.booted.state is BootState.PANIC
    assert done.finished
    assert shown([done])[0].reached
    assert "the 2 cases behind it are from another boot" in done.booted.remarks[0]


def test_a_second_crash_is_told_as_it_is(tmp_path: Path) -> None:
    first = run_of({"a": C, "b": C, "c": C}, BootState.STOPPED, tmp_path / "1")
    second = run_of({"b": C, "c": C}, BootState.STOPPED, tmp_path / "2")
    boots = []
    done = completed(first, JOB, lambda job: boots.append(job) or second)  # type: ignore[func-returns-value]
    assert len(boots) == 1
    assert [case.state for case in done.cases] == [C, C, C]
    assert not done.finished


def test_failures_behind_a_splat_are_looked_at_in_a_clean_guest(tmp_path: Path) -> None:
    log = f"net-test: a\n[    7.0] net-test: b\n{OOPS}[    7.9] net-test: c\n"
    first = run_of({"a": F, "b": P, "c": F}, BootState.DONE, tmp_path / "1", log)
    second = run_of({"c": P}, BootState.DONE, tmp_path / "2")
    done = completed(first, JOB, lambda _: second)
    assert [case.state for case in done.cases] == [F, P, P]
    assert "test-failed c" not in rules(done)
    assert done.splats == first.splats


@pytest.mark.parametrize(
    ("states", "state", "job"),
    [
        ({"a": P, "b": F}, BootState.DONE, JOB),  # nothing spoilt the guest
        ({"a": P, "b": C}, BootState.DONE, JOB),  # a case that timed out
        ({"a": P, "b": C}, BootState.PANIC, JOB),  # nothing behind it
        ({"a": C, "b": C}, BootState.PANIC, replace(JOB, after=())),
        ({}, BootState.PANIC, JOB),
    ],
)
def test_no_other_boot_where_it_would_tell_nothing(
    states: dict[str, CaseState], state: BootState, job: GuestJob, tmp_path: Path
) -> None:
    def never(_: GuestJob) -> Run:
        raise AssertionError("booted again")

    run = run_of(states, state, tmp_path / "1")
    assert completed(run, job, never) == run


def test_a_rest_that_says_something_else_does_not_count(tmp_path: Path) -> None:
    first = run_of({"a": C, "b": C}, BootState.PANIC, tmp_path / "1")
    second = run_of({}, BootState.DIED_EARLY, tmp_path / "2")
    done = completed(first, JOB, lambda _: second)
    assert done.cases == first.cases
    assert done.rest is None
    assert "could not be run in another boot: died before user space" in done.booted.remarks[0]


def test_one_revision_alone_is_continued_as_well(tmp_path: Path) -> None:
    """``vreview test``: two consoles, one answer."""
    done = run_suites("HEAD", tools=tools(tmp_path), suites=(Suite(),))  # type: ignore[arg-type]
    (run,) = done.runs
    assert [case.state for case in run.cases] == [C, P]
    assert run.booted.state is BootState.PANIC
    assert [path.name for path in sorted(tmp_path.glob("*.log"))] == [
        "console.net-rest.log",
        "console.net.log",
    ]
    assert done.bad


class Suite:
    name = "net"

    def prepare(self, folder: Path) -> GuestJob:
        return replace(JOB, folder=folder)

    def read(self, output: str) -> tuple[Case, ...]:
        return tuple(Case("net", name, CaseState(state)) for name, state in json.loads(output))


class Backend:
    """Its first case takes the guest down."""

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        console.write_text("")
        if "--after" in job.command:
            return GuestRun(Booted(BootState.DONE, (), console, "fake"), '[["b", "passed"]]')
        cases = '[["a", "crashed"], ["b", "crashed"]]'
        return GuestRun(Booted(BootState.PANIC, (), console, "fake"), cases)


class Machine:
    def resolve(self, revision: str) -> Oid:
        return Oid("0" * 40)

    def build(self, commit: Oid, **_: object) -> Built:
        key = KernelKey(commit, "", "")
        config, gcc = KernelConfig("test", (), ""), Toolchain("gcc", "", "")
        return Built(
            BuildState.BUILT, Kernel(key, Path("/k"), config, gcc, "6.1"), (), Path("l"), 1
        )

    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


def tools(folder: Path) -> StageTools:
    machine = Machine()
    return StageTools(machine, machine, Backend(), (), folder, machine)  # type: ignore[arg-type]
