# SPDX-License-Identifier: GPL-2.0-or-later
"""The order of a review's steps and its verdict, on a machine that is told how things end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest

from vreview.app.journal import Journal
from vreview.app.lint import LintResult
from vreview.app.review import review
from vreview.app.reviewtools import ReviewTools
from vreview.app.trial import Lab, Side
from vreview.model.bench import Better, Metric, Mode, Samples
from vreview.model.kernel import Kernel, KernelConfig, KernelKey, Recipe, Recipes, Toolchain
from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
)
from vreview.model.review import (
    Applied,
    AppliedPatch,
    Base,
    BaseReason,
    Finding,
    How,
    Review,
    Stage,
    StageState,
    Verdict,
)
from vreview.model.series import (
    Change,
    FileDiff,
    Mail,
    MessageId,
    Oid,
    Patch,
    Person,
    Series,
)
from vreview.model.trial import (
    Booted,
    BootState,
    BuildState,
    Built,
    Case,
    CaseState,
)
from vreview.ports import GuestJob, GuestRun, Observer

BASE, TIP = Oid("a" * 40), Oid("b" * 40)
ALL = frozenset({Stage.LINT, Stage.BUILD, Stage.BOOT, Stage.TEST, Stage.PERF})
TEST = "test+fault-injection+gcov"
WHO = Person("Ada", "ada@example.org")


def _series() -> Series:
    from datetime import UTC, datetime

    day = datetime(2026, 11, 20, tzinfo=UTC)
    mail = Mail(MessageId("1@example.org"), "[PATCH] x", WHO, day)
    diff = FileDiff(Change.MODIFY, "drivers/x.c", "drivers/x.c")
    return Series("x", 1, 1, (Patch(1, "x", WHO, day, "", (), (diff,), b"", mail),))


def _applied(*, complete: bool = True) -> Applied:
    commit = TIP if complete else None
    patch = AppliedPatch(1, MessageId("1@example.org"), "x", commit, commit, How.EXACT)
    return Applied(Base(BASE, "base", BaseReason.HEAD), (patch,))


def _warning(text: str) -> Observation:
    return Observation(
        Origin.COMPILER, "gcc", "-Wunused", Severity.WARNING, Confidence.HIGH, Category.BUILD,
        Place("drivers/x.c", 3), text,
    )  # fmt: skip


class Quiet:
    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


@dataclass
class Machine:
    """Builder, backend and run store in one; counts the work that was really done."""

    folder: Path
    build: Mapping[Oid, BuildState] = field(default_factory=dict)
    boot: Mapping[Oid, BootState] = field(default_factory=dict)
    warnings: Mapping[Oid, tuple[Observation, ...]] = field(default_factory=dict)
    failing: Mapping[Oid, tuple[str, ...]] = field(default_factory=dict)
    cost: Mapping[Oid, float] = field(default_factory=dict)
    compiled: tuple[str, ...] = ("drivers/x.c",)
    objects: Mapping[str, str] = field(default_factory=dict)
    not_compiled: tuple[tuple[str, str], ...] = ()
    kept: dict[str, Mapping[str, object]] = field(default_factory=dict)
    work: list[str] = field(default_factory=list)

    def save(self, key: str, value: Mapping[str, object]) -> None:
        self.kept[key] = value

    def load(self, key: str) -> Mapping[str, object] | None:
        return self.kept.get(key)

    def __post_init__(self) -> None:
        (self.folder / "bzImage").touch()

    def builder_build(
        self, commit: Oid, *, recipe: Recipe, touched: Sequence[str], observer: Observer
    ) -> Built:
        self.work.append(f"build {recipe.name} {commit[0]}")
        state = self.build.get(commit, BuildState.BUILT)
        kernel = Kernel(
            KernelKey(commit, "", ""), self.folder / "bzImage",
            KernelConfig(recipe.profile, (), ""),
            Toolchain("gcc", "", ""), "6.1",
        )  # fmt: skip
        return Built(
            state, kernel if state is BuildState.BUILT else None, self.warnings.get(commit, ()),
            self.folder / "log", 1.0, compiled=self.compiled,
            not_compiled=self.not_compiled if state is BuildState.BUILT else (),
            objects=tuple(
                ("drivers/x.c", code)
                for key, code in self.objects.items()
                if key == f"{recipe.profile} {commit[0]}"
            ),
        )  # fmt: skip

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        commit = kernel.key.tree
        self.work.append(f"boot {job.command[0]} {commit[0]}")
        state = self.boot.get(commit, BootState.DONE)
        booted = Booted(state, (), console, "fake")
        failed = self.failing.get(commit, ())
        return GuestRun(booted, f"{commit}:{','.join(failed)}" if state is BootState.DONE else "")

    def tools(
        self, *, applied: Applied | None = None, found: tuple[Finding, ...] = ()
    ) -> ReviewTools:
        ticks = count()
        return ReviewTools(
            apply=lambda series: applied or _applied(),
            lint=lambda series, done: LintResult(found, (), 0.0),
            lab=Lab(_Builder(self), self, Journal(self), self.folder, Quiet()),
            suites_for=lambda touched: (Suite("smoke"), Suite("net")),
            benchmarks=(Bench(self),),
            clock=lambda: float(next(ticks)),
        )


@dataclass
class _Builder:
    machine: Machine

    def build(
        self, commit: Oid, *, recipe: Recipe, touched: Sequence[str], observer: Observer
    ) -> Built:
        return self.machine.builder_build(commit, recipe=recipe, touched=touched, observer=observer)


@dataclass(frozen=True)
class Suite:
    name: str

    def wanted(self, touched: Sequence[str]) -> bool:
        return True

    def prepare(self, folder: Path) -> GuestJob:
        return GuestJob((self.name,), folder)

    def read(self, output: str) -> tuple[Case, ...]:
        failed = output.partition(":")[2].split(",")
        state = CaseState.FAILED if f"{self.name}.one" in failed else CaseState.PASSED
        return (Case(self.name, "one", state if output else CaseState.CRASHED),)


@dataclass(frozen=True)
class Bench:
    machine: Machine
    name: str = "bench"

    def wanted(self, touched: Sequence[str]) -> bool:
        return True

    def prepare(self, folder: Path, *, mode: Mode) -> GuestJob:
        return GuestJob((self.name,), folder, mode=mode)

    def read(self, output: str, *, mode: Mode) -> tuple[Samples, ...]:
        commit = Oid(output.partition(":")[0])
        if not commit:
            return ()
        value = self.machine.cost.get(commit, 1000.0)
        metric = Metric("bench:cost", "instructions", Better.LOWER, mode)
        return (Samples(metric, ((value,) * 40,) * 4),)


def _review(machine: Machine, **more: object) -> Review:
    found = more.pop("found", ())
    tools = machine.tools(applied=more.pop("applied", None), found=found)  # type: ignore[arg-type]
    stages = more.pop("stages", ALL)
    return review(_series(), stages=stages, tools=tools, no_tree=False)  # type: ignore[arg-type]


def _states(result: Review) -> dict[str, StageState]:
    return {s.stage.value: s.state for s in result.stages}


def test_nothing_new_means_every_stage_came_to_its_end(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    result = _review(machine)
    assert result.verdict is Verdict.NOTHING_NEW
    assert set(_states(result).values()) == {StageState.DONE}
    assert machine.work == [
        f"build {TEST} a", f"build {TEST} b", "build perf a", "build perf b",
        *machine.work[4:],
    ]  # fmt: skip
    assert sorted(machine.work[4:]) == [
        "boot bench a", "boot bench b", "boot net a", "boot net b", "boot smoke a", "boot smoke b",
    ]  # fmt: skip


def test_a_second_walk_over_the_journal_does_no_work(tmp_path: Path) -> None:
    machine = Machine(tmp_path, failing={TIP: ("net.one",)}, cost={TIP: 1100.0})
    first = _review(machine)
    machine.work.clear()
    second = _review(machine)
    assert machine.work == []
    assert (second.verdict, second.findings, second.comparisons) == (
        first.verdict, first.findings, first.comparisons,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("base", "tip", "findings", "verdict"),
    [
        ((), ("net.one",), ["test-failed"], Verdict.NEW_PROBLEMS),
        (("net.one",), ("net.one",), [], Verdict.NOTHING_NEW),
        (("net.one",), (), [], Verdict.NOTHING_NEW),
    ],
)
def test_only_what_fails_because_of_the_series_is_new(
    tmp_path: Path,
    base: tuple[str, ...],
    tip: tuple[str, ...],
    findings: list[str],
    verdict: Verdict,
) -> None:
    result = _review(Machine(tmp_path, failing={BASE: base, TIP: tip}))
    assert [f.observation.rule for f in result.findings] == findings
    assert result.verdict is verdict


@pytest.mark.parametrize("tip", [s for s in BootState if s is not BootState.DONE])
def test_a_tip_that_does_not_boot_is_new_when_the_base_does(tmp_path: Path, tip: BootState) -> None:
    result = _review(Machine(tmp_path, boot={TIP: tip}))
    assert result.verdict is Verdict.NEW_PROBLEMS
    assert f"boot-{tip.value.replace(' ', '-')}" in {f.observation.rule for f in result.findings}
    assert _states(result)["test"] is StageState.NOT_RUN


@pytest.mark.parametrize("tip", list(BootState))
def test_a_base_that_does_not_boot_tells_nothing_about_the_series(
    tmp_path: Path, tip: BootState
) -> None:
    result = _review(Machine(tmp_path, boot={BASE: BootState.PANIC, TIP: tip}))
    assert result.findings == ()
    assert result.verdict is Verdict.CANNOT_TELL


def test_a_build_that_only_the_tip_fails_is_new(tmp_path: Path) -> None:
    error = _warning("expected a semicolon")
    machine = Machine(tmp_path, build={TIP: BuildState.FAILED}, warnings={TIP: (error,)})
    result = _review(machine)
    assert [(f.observation.message, f.patch) for f in result.findings] == [(error.message, 1)]
    assert _states(result)["boot"] is StageState.NOT_RUN
    assert result.verdict is Verdict.NEW_PROBLEMS


@pytest.mark.parametrize("state", [BuildState.BUILT, BuildState.FAILED])
def test_what_no_option_compiles_is_said_with_its_chain(tmp_path: Path, state: BuildState) -> None:
    machine = Machine(
        tmp_path, build={TIP: state}, not_compiled=(("drivers/y.c", "CONFIG_Y is not set"),)
    )
    recipes = Recipes(
        test=Recipe(options=(("X", "y"),)),
        why=("added for this series: CONFIG_X (drivers/x.c)",),
        blocked=(("drivers/y.c", "needs CONFIG_Y: no option of x86 selects it"),),
    )
    tools = replace(machine.tools(), plan=lambda *_: recipes)
    result = review(_series(), stages=frozenset({Stage.BUILD}), tools=tools, no_tree=False)
    assert result.remarks[:2] == (
        "added for this series: CONFIG_X (drivers/x.c)",
        "not compiled in: drivers/y.c (needs CONFIG_Y: no option of x86 selects it)",
    )


def test_a_base_that_does_not_build_leaves_it_open(tmp_path: Path) -> None:
    machine = Machine(
        tmp_path, build={BASE: BuildState.FAILED}, warnings={TIP: (_warning("unused x"),)}
    )
    result = _review(machine)
    assert result.findings == ()
    assert result.verdict is Verdict.CANNOT_TELL
    assert any("cannot tell" in remark for remark in result.remarks)


def test_warnings_of_the_base_are_not_the_series(tmp_path: Path) -> None:
    old, new = _warning("old"), _warning("new")
    result = _review(Machine(tmp_path, warnings={BASE: (old,), TIP: (old, new)}))
    assert [f.observation.message for f in result.findings] == ["new"]


def test_slower_is_new_and_faster_is_told(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "f").mkdir()
    slower = _review(Machine(tmp_path / "s", cost={TIP: 1100.0}))
    faster = _review(Machine(tmp_path / "f", cost={TIP: 900.0}))
    assert slower.verdict is Verdict.NEW_PROBLEMS
    assert faster.verdict is Verdict.NOTHING_NEW
    assert [c.verdict.value for c in (*slower.comparisons, *faster.comparisons)] == [
        "slower", "faster",
    ]  # fmt: skip


def test_what_is_not_compiled_cannot_be_judged_by_running(tmp_path: Path) -> None:
    result = _review(Machine(tmp_path, compiled=()))
    assert result.verdict is Verdict.CANNOT_TELL
    assert _states(result)["perf"] is StageState.NOT_RUN


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ("test a 1 test b 1 perf a 2 perf b 2", "both sides: drivers/x.c"),
        ("test a 1 test b 3 perf a 2 perf b 2", "both sides of the perf kernel: drivers/x.c"),
        ("test a 1 test b 3 perf a 2 perf b 4", None),
        ("test a 1 perf b 1", None),
    ],
)
def test_the_same_object_code_is_said(tmp_path: Path, objects: str, said: str | None) -> None:
    words = objects.split()
    codes = {f"{words[n]} {words[n + 1]}": words[n + 2] for n in range(0, len(words), 3)}
    result = _review(Machine(tmp_path, objects=codes))
    told = [remark for remark in result.remarks if "the same object code" in remark]
    assert told == ([f"the same object code on {said}"] if said else [])


def test_a_series_that_does_not_apply_is_read_and_not_built(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    result = _review(machine, applied=_applied(complete=False))
    assert machine.work == []
    assert _states(result)["apply"] is StageState.FAILED
    assert _states(result)["lint"] is StageState.DONE
    assert result.verdict is Verdict.CANNOT_TELL


def test_perf_alone_builds_no_test_kernel(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    _review(machine, stages=frozenset({Stage.PERF}))
    assert not [w for w in machine.work if "test" in w or "smoke" in w]


def test_a_finding_about_memory_has_the_suites_run_on_a_hunt_as_well(tmp_path: Path) -> None:
    machine = Machine(tmp_path, failing={TIP: ("net.one",)})
    leak = Finding(replace(_warning("lost"), category=Category.LEAK, rule="lost-on-error"), 1)
    result = _review(machine, found=(leak,), stages=ALL - {Stage.PERF})
    hunt = f"{TEST}+kasan+kmemleak"
    assert machine.work[2:4] == [f"build {hunt} a", f"build {hunt} b"]
    assert [t.profile for t in result.tip_trials] == ["test", "hunt"]
    assert [[run.name for run in t.runs] for t in result.tip_trials] == [["smoke", "net"]] * 2
    assert [f.observation.rule for f in result.findings] == ["lost-on-error", "test-failed"]
    assert any("lost-on-error in drivers/x.c" in remark for remark in result.remarks)
    machine.work.clear()
    assert _review(machine, found=(leak,), stages=ALL - {Stage.PERF}).findings == result.findings
    assert machine.work == []


def _with_others(machine: Machine, asked: list[str]) -> ReviewTools:
    def others(series: Series, applied: Applied, built: Mapping[Side, Built]) -> LintResult:
        asked.append(" ".join(f"{side.value}={one.state.value}" for side, one in built.items()))
        finding = Finding(replace(_warning("odd"), origin=Origin.TOOL, tool="sparse"), 1)
        return LintResult((finding,), ("smatch is not installed",), 7.0)

    return replace(machine.tools(), others=others)


def test_tools_that_need_a_build_are_asked_once_about_both(tmp_path: Path) -> None:
    asked: list[str] = []
    machine = Machine(tmp_path)
    stages = frozenset({Stage.LINT, Stage.BUILD})
    tools = _with_others(machine, asked)
    for _ in range(2):
        result = review(_series(), stages=stages, tools=tools, no_tree=False)
        assert [(f.observation.tool, f.patch) for f in result.findings] == [("sparse", 1)]
        assert "smatch is not installed" in result.remarks
        assert result.verdict is Verdict.NEW_PROBLEMS
    assert asked == ["base=built tip=built"]
    (lint,) = [stage.seconds for stage in result.stages if stage.stage is Stage.LINT]
    assert lint >= 7.0


@pytest.mark.parametrize("stages", [{Stage.BUILD}, {Stage.LINT}], ids=["no lint", "no build"])
def test_tools_that_need_a_build_want_a_build_and_a_reader(
    tmp_path: Path, stages: set[Stage]
) -> None:
    asked: list[str] = []
    tools = _with_others(Machine(tmp_path), asked)
    review(_series(), stages=frozenset(stages), tools=tools, no_tree=False)
    assert asked == []
