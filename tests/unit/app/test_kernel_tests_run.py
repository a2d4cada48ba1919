# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree's own tests, each kind on its kernel, and what stands in the way is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vreview.app.kerneltests import KernelTests, run_kernel_tests
from vreview.app.observed import Observed
from vreview.app.trial import Exercise, Lab, Side
from vreview.model.kernel import Kernel, KernelConfig, KernelKey, Recipe, Toolchain
from vreview.model.series import Oid, Series
from vreview.model.trial import Booted, BootState, BuildState, Built, Case, Run
from vreview.ports import GuestJob

TEST, UNIT = Recipe("test"), Recipe("lean", ("kunit",))
COMMITS = {Side.BASE: Oid("a" * 40), Side.TIP: Oid("b" * 40)}


def _kernel(recipe: Recipe) -> Kernel:
    key, tools = KernelKey(Oid("0" * 40), "", ""), Toolchain("gcc", "", "")
    return Kernel(key, Path("/"), KernelConfig(recipe.profile, (), ""), tools, recipe.name)


@dataclass
class Machine:
    fails: Oid | None = None
    folder: Path = Path("/nowhere")
    ran: list[tuple[str, str, int]] = field(default_factory=list)

    def once(self, key: str, kind: type, make: object) -> object:
        return make()  # type: ignore[operator]

    def build(self, commit: Oid, *, recipe: Recipe, **_: object) -> Built:
        bad = commit == self.fails
        kernel = None if bad else _kernel(recipe)
        state = BuildState.FAILED if bad else BuildState.BUILT
        return Built(state, kernel, (), Path("/log"), 1.0)

    def runs(
        self, exercise: Exercise, kernels: Mapping[Side, Kernel]
    ) -> Mapping[Side, tuple[Run, ...]]:
        self.ran.append((exercise.name, kernels[Side.TIP].release, exercise.boots))
        booted = Booted(BootState.DONE, (), Path("/c"), "fake")
        return {side: (Run(exercise.name, booted),) for side in kernels}

    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


@dataclass(frozen=True)
class Suite:
    name: str

    def wanted(self, touched: Sequence[str]) -> bool:
        return False

    def prepare(self, folder: Path) -> GuestJob:
        return GuestJob(("x",), folder)

    def read(self, output: str) -> tuple[Case, ...]:
        return ()


TESTS = KernelTests(
    told=("kunit: list, chosen because of lib/x.c",),
    kunit=Suite("kunit"),
    kunit_recipe=lambda: UNIT,
    selftests=Suite("kselftest"),
    notes=lambda: ("nothing of frob could be built",),
)


def _run(machine: Machine) -> tuple[Observed, list[Exercise]]:
    seen = Observed(Series("x", 1, 0, ()))
    for side in Side:
        built = Built(BuildState.BUILT, _kernel(TEST), (), Path("/log"), 1.0)
        seen.built[TEST.name, side] = built
    lab = Lab(machine, machine, machine, machine.folder, machine)  # type: ignore[arg-type]
    done = run_kernel_tests(TESTS, COMMITS, TEST, seen, lab=lab, boots=2, runs=machine.runs)
    return seen, done


def test_each_kind_runs_on_its_kernel_and_it_is_told_why() -> None:
    machine = Machine()
    seen, done = _run(machine)
    assert machine.ran == [("kselftest", "test", 2), ("kunit", "lean+kunit", 2)]
    assert [one.profile for one in done] == ["test", "lean+kunit"]
    assert seen.remarks == [*TESTS.told, "nothing of frob could be built"]


@pytest.mark.parametrize("side", list(Side))
def test_a_kernel_of_the_unit_tests_that_does_not_build_is_said(side: Side) -> None:
    machine = Machine(fails=COMMITS[side])
    seen, done = _run(machine)
    assert [one.name for one in done] == ["kselftest"]
    assert (
        f"no unit test was run: their kernel did not build on the {side.value} (failed; see /log)"
        in seen.remarks
    )
