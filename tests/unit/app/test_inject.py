# SPDX-License-Identifier: GPL-2.0-or-later
"""When a review makes calls fail, on which side, and what it says of what ran because of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from test_review import BASE, TIP, Machine, Suite, _series

from vreview import ports
from vreview.adapters.reporters.coverage import coverage_sentence
from vreview.app.inject import LineTools, passed_cases, worth_injecting
from vreview.app.review import review
from vreview.logic.coverage import Reached
from vreview.model.coverage import FileCounts, Gap, PatchCoverage
from vreview.model.kernel import Kernel
from vreview.model.review import Applied, Review, Stage, Verdict
from vreview.model.series import Oid, Series
from vreview.model.trial import Booted, BootState, Case, CaseState, Run, Splat
from vreview.ports import GuestJob, GuestRun, Observer

MARK = "[    1.0] vreview-inject: run 2 case one pid 7 nth 3 call QUUX_SET\n"
FORCED = (
    "[    1.0] FAULT_INJECTION: forcing a failure.\n[    1.0] name failslab, interval 1\n"
    "[    1.0]  <TASK>\n[    1.0]  __kmalloc+0x1/0x2\n[    1.0]  quux_set+0x1/0x2\n"
    "[    1.0]  </TASK>\n"
)
TOLD = (
    "#@ run 2 case one call QUUX_SET occurrence 1 nth 3 of 5 injected 1 pid 7 ended exit-1"
    " fresh 4\n"
)
SPLAT = Splat("lockdep-held", "lock held when returning in quux_set", ("quux_set",), "", 8)
IDLE = Gap("drivers/x.c", 5, 6, 2, "quux_set", error_path=True)


@dataclass
class Failing(Machine):
    """A machine whose guests run line 1 by themselves, and line 5 when run 2 has a failure."""

    splats: Mapping[Oid, tuple[Splat, ...]] = field(default_factory=dict)
    dies: bool = False
    mute: bool = False
    dead: str = ""
    """The suite in which the tip's guest dies."""

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        done = super().run(kernel, job, console=console, observer=observer)
        if job.command[0] == self.dead and kernel.key.tree == TIP:
            return replace(done, booted=replace(done.booted, state=BootState.STOPPED), files=())
        if job.command[0] != "inject":
            return replace(done, files=() if self.mute else (("/counters/x", b"1"),))
        console.write_text(MARK + FORCED)
        state = BootState.PANIC if self.dies else BootState.DONE
        booted = Booted(state, self.splats.get(kernel.key.tree, ()), console, "fake")
        kept = (("kept/1", b"1"), ("kept/2", b"1 5"))
        return GuestRun(booted, "" if self.dies else TOLD, () if self.dies else kept)

    @property
    def injected(self) -> list[str]:
        return [each for each in self.work if each.startswith("boot inject")]


class Counter:
    folder = "/counters"

    def counts(self, kernel: Kernel) -> bool:
        return kernel.config.profile == "test"

    def read(
        self, kernel: Kernel, files: Sequence[tuple[str, bytes]]
    ) -> tuple[tuple[FileCounts, ...], tuple[str, ...]]:
        ran = {int(word) for _, data in files for word in data.split()}
        lines = tuple((line, int(line in ran)) for line in (1, 5, 6))
        return (FileCounts("drivers/x.c", lines),), ("one object is odd",)


class Injector:
    def takes(self, suite: ports.TestSuite) -> bool:
        return suite.name != "foreign"

    def prepare(
        self, suite: ports.TestSuite, cases: Sequence[str], folder: Path, *, seconds: float
    ) -> GuestJob:
        return GuestJob(("inject", suite.name, *cases), folder)

    def read(self, suite: ports.TestSuite, output: str) -> tuple[Case, ...]:
        return (Case(f"{suite.name}-inject", "one", CaseState.PASSED),)

    def kept(
        self, files: Sequence[tuple[str, bytes]]
    ) -> Iterator[tuple[int, Sequence[tuple[str, bytes]]]]:
        for path, data in files:
            if path.startswith("kept/"):
                yield int(path.removeprefix("kept/")), ((path, data),)


def covered(
    _: Series, __: Applied, counts: Mapping[str, Sequence[FileCounts]], reached: Reached
) -> tuple[PatchCoverage, ...]:
    """Lines 5 and 6 are an error path."""
    ran = {n for boots in counts.values() for boot in boots for n, count in boot.lines if count}
    gap = replace(IDLE, reached=reached("drivers/x.c", 5))
    return (PatchCoverage(1, 3, len(ran), gaps=(gap,) if 5 not in ran else ()),)


def reviewed(
    machine: Failing, *, inject: bool | None = None, suites: Sequence[str] = ("smoke", "net")
) -> Review:
    tools = machine.tools()
    tools = replace(
        tools,
        lab=replace(tools.lab, counter=Counter()),
        lines=LineTools(covered, Injector(), inject),
        suites_for=lambda _: tuple(map(Suite, suites)),
    )
    stages = frozenset({Stage.BUILD, Stage.BOOT, Stage.TEST})
    return review(_series(), stages=stages, tools=tools, no_tree=False)


def test_an_error_path_that_ran_only_with_a_failure_says_with_which(tmp_path: Path) -> None:
    result = reviewed(Failing(tmp_path))
    (patch,) = result.coverage
    how = "an allocation in quux_set() failing (the 3rd that can in QUUX_SET)"
    assert patch.ran == 1
    assert patch.gaps == (replace(IDLE, reached=how),)
    assert result.verdict is Verdict.NOTHING_NEW


def test_the_base_is_asked_only_about_what_the_tip_shows(tmp_path: Path) -> None:
    quiet = Failing(tmp_path)
    reviewed(quiet)
    assert quiet.injected == ["boot inject b"]
    loud = Failing(tmp_path, splats={TIP: (SPLAT,)})
    reviewed(loud)
    assert loud.injected == ["boot inject b", "boot inject a"]


def test_a_splat_of_the_tip_alone_is_found_with_what_had_failed(tmp_path: Path) -> None:
    result = reviewed(Failing(tmp_path, splats={TIP: (SPLAT,)}))
    (finding,) = result.findings
    assert finding.observation.rule == "lockdep-held"
    notes = "with an allocation in quux_set() failing (the 3rd that can in QUUX_SET)"
    assert notes in finding.notes
    way = finding.observation.evidence[-1].text
    assert way == f"made to happen before it: {notes[5:]}, through __kmalloc < quux_set"
    assert result.verdict is Verdict.NEW_PROBLEMS


def test_what_the_base_does_too_is_no_finding(tmp_path: Path) -> None:
    result = reviewed(Failing(tmp_path, splats={TIP: (SPLAT,), BASE: (SPLAT,)}))
    assert result.findings == ()


def test_that_an_allocation_failed_is_no_finding(tmp_path: Path) -> None:
    expected = replace(SPLAT, kind="allocation-failure", title="page allocation failure")
    machine = Failing(tmp_path, splats={TIP: (expected,)})
    assert reviewed(machine).findings == ()
    assert machine.injected == ["boot inject b"]


def test_a_guest_that_died_in_a_failure_is_no_quiet_one(tmp_path: Path) -> None:
    machine = Failing(tmp_path, dies=True)
    result = reviewed(machine)
    assert machine.injected == ["boot inject b", "boot inject a"]
    assert result.coverage[0].gaps == (IDLE,)
    (run,) = (r for t in result.tip_trials for r in t.runs if r.name == "net-inject")
    assert run.injected is not None
    assert [(one.case, one.ended) for one in run.injected.injections] == [("one", "died")]


@pytest.mark.parametrize(("inject", "boots"), [(None, 1), (True, 1), (False, 0)])
def test_the_users_word_goes_first(tmp_path: Path, inject: bool | None, boots: int) -> None:
    machine = Failing(tmp_path)
    result = reviewed(machine, inject=inject)
    assert len(machine.injected) == boots
    assert result.coverage[0].ran == 1


def test_nothing_is_made_to_fail_where_every_error_path_ran() -> None:
    ran = PatchCoverage(1, 3, 3)
    other = PatchCoverage(2, 3, 1, gaps=(replace(IDLE, error_path=False),))
    assert not worth_injecting((ran, other))
    assert worth_injecting((ran, replace(other, gaps=(IDLE,))))


@pytest.mark.parametrize(
    ("suites", "boots"), [(("smoke",), 1), (("smoke", "foreign"), 1), (("smoke", "net", "vm"), 2)]
)
def test_the_suites_that_the_files_chose_are_driven(
    tmp_path: Path, suites: tuple[str, ...], boots: int
) -> None:
    machine = Failing(tmp_path)
    reviewed(machine, suites=suites)
    assert len(machine.injected) == boots


def test_a_suite_that_fails_by_itself_is_left_alone(tmp_path: Path) -> None:
    machine = Failing(tmp_path, failing={BASE: ("net.one",)})
    reviewed(machine)
    assert machine.injected == []


def test_an_interrupted_review_goes_on_with_what_it_knows(tmp_path: Path) -> None:
    machine = Failing(tmp_path, splats={TIP: (SPLAT,)})
    first = reviewed(machine)
    machine.work.clear()
    second = reviewed(machine)
    assert machine.work == []
    assert (second.coverage, second.findings) == (first.coverage, first.findings)


def test_without_counts_calls_fail_on_the_users_word_alone(tmp_path: Path) -> None:
    mute = Failing(tmp_path, mute=True)
    result = reviewed(mute)
    assert mute.injected == []
    assert "cannot tell which changed lines ran: no guest sent its counts back" in result.remarks
    asked = Failing(tmp_path, mute=True)
    assert reviewed(asked, inject=True).coverage == ()
    assert len(asked.injected) == 1


def test_of_a_guest_that_died_it_is_not_known_what_ran(tmp_path: Path) -> None:
    (patch,) = reviewed(Failing(tmp_path, dead="net")).coverage
    assert patch.lost == ("net",)
    told = coverage_sentence(replace(patch, ran=0))
    assert told.startswith("none of 3 changed lines is known to have run; what only net")
    assert "never did" not in told
    (alive,) = reviewed(Failing(tmp_path)).coverage
    assert alive.lost == ()


def test_that_nothing_could_be_made_to_fail_is_said(tmp_path: Path) -> None:
    said = "no call was made to fail: no suite has cases that it could be done in"
    assert said in reviewed(Failing(tmp_path), suites=("foreign",)).remarks


def test_only_cases_that_pass_each_time_are_driven() -> None:
    def run(*states: CaseState) -> Run:
        cases = tuple(Case("net", f"case-{n}", state) for n, state in enumerate(states))
        return Run("net", Booted(BootState.DONE, (), Path(), ""), cases)

    passed, failed, skipped = CaseState.PASSED, CaseState.FAILED, CaseState.SKIPPED
    runs = [run(passed, passed, skipped), run(passed, failed, passed)]
    assert passed_cases(runs) == ("case-0",)
    assert passed_cases([runs[0], run(passed)]) == ("case-0",)
    assert passed_cases([]) == ()
