# SPDX-License-Identifier: GPL-2.0-or-later
"""One failure is no proof: both sides are run again before it is told, and its odds are said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, repeat
from pathlib import Path

import pytest

from vreview.app.journal import Journal
from vreview.app.observed import Observed
from vreview.app.repeat import MOST_S, run_repeated
from vreview.app.trial import Exercise, Lab, Side
from vreview.logic.observe import case_observations
from vreview.model.kernel import Kernel, KernelConfig, KernelKey, Recipe, Toolchain
from vreview.model.observation import Severity
from vreview.model.review import Stage, StageResult, StageState, Verdict
from vreview.model.series import Mail, MessageId, Oid, Patch, Person, Series
from vreview.model.trial import Booted, BootState, Built, Case, CaseState, Run
from vreview.ports import GuestJob, GuestRun, Observer


@dataclass
class Machine:
    """Boots that fail as told, by side; ``kept`` is its run folder."""

    fails: Mapping[str, Iterator[bool]]
    kept: dict[str, Mapping[str, object]] = field(default_factory=dict)
    boots: list[str] = field(default_factory=list)

    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        self.boots.append(kernel.release)
        output = "failed" if next(self.fails[kernel.release]) else "passed"
        return GuestRun(Booted(BootState.DONE, (), console, "fake"), output)

    def build(self, commit: Oid, **_: object) -> Built:
        raise AssertionError("nothing is built here")

    def save(self, key: str, value: Mapping[str, object]) -> None:
        self.kept[key] = value

    def load(self, key: str) -> Mapping[str, object] | None:
        return self.kept.get(key)

    folder = Path("/nowhere")

    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


def _kernel(side: Side) -> Kernel:
    key = KernelKey(Oid("0" * 40), "", "")
    config, tools = KernelConfig(Recipe().profile, (), ""), Toolchain("gcc", "", "")
    return Kernel(key, Path("/k"), config, tools, side.value)


KERNELS = {side: _kernel(side) for side in Side}


def _exercise(boots: int = 1) -> Exercise:
    def read(output: str) -> tuple[tuple[Case, ...], tuple[()]]:
        return (Case("net", "one", CaseState(output)),), ()

    return Exercise("net", "test", lambda folder: GuestJob(("x",), folder), read, boots=boots)


def _run(
    machine: Machine,
    folder: Path,
    *,
    boots: int = 1,
    again: int = 3,
    step: float = 1.0,
) -> Mapping[Side, tuple[Run, ...]]:
    lab = Lab(machine, machine, Journal(machine), folder, machine)  # type: ignore[arg-type]
    ticks = count(0.0, step)
    return run_repeated(KERNELS, _exercise(boots), lab=lab, again=again, clock=lambda: next(ticks))


def _counts(done: Mapping[Side, tuple[Run, ...]]) -> tuple[int, int]:
    return len(done[Side.BASE]), len(done[Side.TIP])


ALWAYS, NEVER = repeat(True), repeat(False)


@pytest.mark.parametrize(
    ("base", "tip", "boots"),
    [
        (NEVER, ALWAYS, (4, 4)),
        (NEVER, NEVER, (1, 1)),
        (ALWAYS, ALWAYS, (1, 1)),
        (ALWAYS, NEVER, (1, 1)),
    ],
)
def test_only_what_tells_the_sides_apart_is_repeated(
    base: Iterator[bool], tip: Iterator[bool], boots: tuple[int, int], tmp_path: Path
) -> None:
    machine = Machine({"base": base, "tip": tip})
    assert _counts(_run(machine, tmp_path)) == boots
    assert len(machine.boots) == sum(boots)


def test_runs_that_were_asked_for_stand_for_themselves(tmp_path: Path) -> None:
    assert _counts(_run(Machine({"base": NEVER, "tip": ALWAYS}), tmp_path, boots=2)) == (2, 2)
    assert _counts(_run(Machine({"base": NEVER, "tip": ALWAYS}), tmp_path, again=0)) == (1, 1)


def test_what_takes_long_is_not_repeated_to_the_end(tmp_path: Path) -> None:
    machine = Machine({"base": NEVER, "tip": ALWAYS})
    assert _counts(_run(machine, tmp_path, step=MOST_S * 0.6)) == (2, 2)


def test_a_failure_that_is_settled_already_is_not_repeated(tmp_path: Path) -> None:
    machine = Machine({"base": NEVER, "tip": ALWAYS})
    lab = Lab(machine, machine, Journal(machine), tmp_path, machine)  # type: ignore[arg-type]
    done = run_repeated(
        KERNELS, _exercise(), lab=lab, again=3, clock=lambda: 0.0, settled=lambda _: True
    )
    assert _counts(done) == (1, 1)


def test_a_second_walk_over_the_journal_boots_nothing(tmp_path: Path) -> None:
    machine = Machine({"base": NEVER, "tip": ALWAYS})
    first = _run(machine, tmp_path)
    machine.boots.clear()
    assert _run(machine, tmp_path) == first
    assert machine.boots == []


def _observed(base: str, tip: str) -> Observed:
    """Each letter is a run: F failed, p passed."""
    who, day = Person("Ada", "ada@example.org"), datetime(2026, 11, 20, tzinfo=UTC)
    mail = Mail(MessageId("1@example.org"), "[PATCH] x", who, day)
    patch = Patch(1, "x", who, day, "", (), (), b"", mail)
    observed = Observed(Series("x", 1, 1, (patch,)))
    observed.stages.append(StageResult(Stage.TEST, StageState.DONE))

    def runs(letters: str) -> tuple[Run, ...]:
        booted = Booted(BootState.DONE, (), Path("/c"), "fake")
        failed = case_observations([Case("net", "one", CaseState.FAILED)])
        return tuple(Run("net", booted, observations=failed * (c == "F")) for c in letters)

    observed.exercised(_exercise(), {Side.BASE: runs(base), Side.TIP: runs(tip)})
    return observed


@pytest.mark.parametrize(
    ("base", "tip", "severities", "verdict"),
    [
        ("p", "F", [Severity.ERROR], Verdict.NEW_PROBLEMS),
        ("pppp", "FFFF", [Severity.ERROR], Verdict.NEW_PROBLEMS),
        ("pppp", "FppF", [Severity.NOTE], Verdict.CANNOT_TELL),
        ("pppF", "FFFF", [], Verdict.NOTHING_NEW),
        ("FFFF", "pppp", [], Verdict.NOTHING_NEW),
    ],
)
def test_who_fails_only_sometimes_is_not_accused(
    base: str, tip: str, severities: list[Severity], verdict: Verdict
) -> None:
    from vreview.logic.settle import settled

    day = datetime(2026, 11, 20, tzinfo=UTC).date()
    result = _observed(base, tip).frozen(
        None, settle=lambda found: settled(found, dismissals=(), today=day)
    )
    assert [f.observation.severity for f in result.findings] == severities
    assert result.verdict is verdict


def test_the_odds_stand_beside_the_finding_and_a_known_failure_is_remarked() -> None:
    (finding,) = _observed("pppp", "FppF").findings
    assert finding.notes[-1] == (
        "failed in 2 of 4 runs with the series, in 0 of 4 without; such a difference arises by"
        " chance in 21 % of cases if nothing changed"
    )
    (remark,) = _observed("pppF", "FFFF").remarks
    assert remark.startswith("test net:one failed with the series and without: failed in 4 of 4")
