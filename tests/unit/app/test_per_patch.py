# SPDX-License-Identifier: GPL-2.0-or-later
"""Every patch of a series tried by itself, on a machine that is told how each state ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_review import BASE, Machine, _applied, _series, _warning

from vreview.app.review import review
from vreview.logic.reproducing import patches_in, reproducers
from vreview.model.kernel import Kernel, Recipe, Recipes
from vreview.model.observation import Severity
from vreview.model.review import Applied, Finding, Review, Stage, Verdict
from vreview.model.series import MessageId, Oid, Series
from vreview.model.trial import BootState, BuildState
from vreview.model.walk import Depth
from vreview.ports import GuestJob, GuestRun

COMMITS = [BASE, *(Oid(letter * 40) for letter in "bcdef")]
WARNING = _warning("unused variable 'x'")
ERROR = replace(_warning("'y' undeclared"), rule="error", severity=Severity.ERROR)


def _five() -> Series:
    (patch,) = _series().patches
    return replace(_series(), total=5, patches=tuple(replace(patch, n=n) for n in range(1, 6)))


def _five_applied() -> Applied:
    (row,) = _applied().patches
    rows = [
        replace(row, n=n, message_id=MessageId(f"{n}@example.org"), commit=commit, tree=commit)
        for n, commit in enumerate(COMMITS[1:], start=1)
    ]
    return replace(_applied(), patches=tuple(rows))


def _walked(machine: Machine, depth: Depth | None = Depth.TEST) -> Review:
    tools = replace(machine.tools(applied=_five_applied()), per_patch=depth)
    stages = frozenset({Stage.BUILD, Stage.BOOT, Stage.TEST})
    return review(_five(), stages=stages, tools=tools, no_tree=False)


def _carried(alone: dict[tuple[Oid, Oid], Oid], machine: Machine) -> Review:
    tools = replace(
        machine.tools(applied=_five_applied()),
        per_patch=Depth.TEST,
        carry=lambda commit, onto: alone.get((commit, onto)),
    )
    stages = frozenset({Stage.BUILD, Stage.BOOT, Stage.TEST})
    return review(_five(), stages=stages, tools=tools, no_tree=False)


def _by_rule(result: Review) -> dict[str, Finding]:
    return {finding.observation.rule: finding for finding in result.findings}


def _eventful(folder: Path) -> Machine:
    """A warning at 2 and 3, no build at 3, no boot at 4, a failing test at 5."""
    _, _, two, three, four, five = COMMITS
    return Machine(
        folder,
        build={three: BuildState.FAILED},
        boot={four: BootState.PANIC},
        warnings={two: (WARNING,), three: (ERROR,)},
        failing={five: ("net.one",)},
    )


def test_each_fact_is_told_at_its_patch(tmp_path: Path) -> None:
    result = _walked(_eventful(tmp_path))
    found = _by_rule(result)
    places = {rule: (f.patch, f.repaired_by) for rule, f in found.items()}
    assert places == {
        "-Wunused": (2, 4),
        "error": (3, 4),
        "boot-panic": (None, 5),
        "test-failed": (None, None),
    }
    assert found["-Wunused"].notes == ("introduced at 2/5, gone at 4/5 or before",)
    assert found["error"].notes == ("breaks the build at 3/5, repaired at 4/5",)
    assert found["boot-panic"].notes == (
        "does not boot at 4/5 or before: cannot tell between 3/5 and 4/5, boots again at 5/5",
    )
    assert found["test-failed"].notes == (
        "fails from 5/5 or before: cannot tell between 3/5 and 5/5",
    )
    assert result.verdict is Verdict.NEW_PROBLEMS
    (stage,) = [one for one in result.stages if one.stage is Stage.PATCHES]
    assert stage.why == "of 6 states 1 did not build, 1 did not boot"


def test_a_warning_that_goes_again_is_a_note_and_a_broken_build_is_not(tmp_path: Path) -> None:
    two, three = COMMITS[2:4]
    harmless = _walked(Machine(tmp_path, warnings={two: (WARNING,)}))
    assert [f.observation.severity for f in harmless.findings] == [Severity.NOTE]
    assert harmless.verdict is Verdict.NOTHING_NEW
    broken = _walked(
        Machine(tmp_path, build={three: BuildState.FAILED}, warnings={three: (ERROR,)})
    )
    assert broken.verdict is Verdict.NEW_PROBLEMS
    (error,) = broken.findings
    assert error.observation.question == (
        "Patch 4 takes it away again; could that go into patch 3, for whoever bisects through the"
        " series?"
    )


@pytest.mark.parametrize("since", range(1, 6))
def test_what_the_tip_has_is_told_at_the_patch_that_brought_it(tmp_path: Path, since: int) -> None:
    machine = Machine(tmp_path, failing=dict.fromkeys(COMMITS[since:], ("net.one",)))
    (finding,) = _walked(machine).findings
    assert finding.patch == since


def test_what_the_base_has_is_no_finding(tmp_path: Path) -> None:
    two = COMMITS[2]
    states = {commit: (WARNING,) for commit in COMMITS if commit != two}
    result = _walked(Machine(tmp_path, warnings=states))
    assert result.findings == ()
    assert result.walk is not None
    assert [(s.seen, s.gone) for s in result.walk.spans] == [(0, 2), (3, None)]


@pytest.mark.parametrize(
    ("depth", "boots"),
    [(None, 4), (Depth.BUILD, 4), (Depth.BOOT, 8), (Depth.TEST, 12)],
)
def test_no_state_is_tried_twice_nor_deeper_than_asked(
    tmp_path: Path, depth: Depth | None, boots: int
) -> None:
    machine = Machine(tmp_path)
    _walked(machine, depth)
    assert len(machine.work) == len(set(machine.work))
    assert sum(each.startswith("boot") for each in machine.work) == boots
    builds = [each for each in machine.work if each.startswith("build")]
    assert len(builds) == (2 if depth is None else 6)


def test_a_walk_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    machine = _eventful(tmp_path)
    built = machine.builder_build

    def stops_at_four(commit: Oid, **more: object) -> object:
        if commit == COMMITS[4]:
            raise Stopped
        return built(commit, **more)  # type: ignore[arg-type]

    machine.builder_build = stops_at_four  # type: ignore[assignment,method-assign]
    with pytest.raises(Stopped):
        _walked(machine)
    before = list(machine.work)
    machine.builder_build = built  # type: ignore[method-assign]
    result = _walked(machine)
    assert "build test+fault-injection+gcov c" in before
    assert "build test+fault-injection+gcov e" not in before
    other = _eventful(tmp_path)
    fresh = _walked(other)
    assert sorted(machine.work) == sorted(other.work)
    assert (result.walk, result.findings) == (fresh.walk, fresh.findings)


def test_a_base_that_does_not_build_leaves_the_first_state_that_does(tmp_path: Path) -> None:
    machine = Machine(
        tmp_path, build={BASE: BuildState.FAILED},
        warnings={BASE: (ERROR,), **dict.fromkeys(COMMITS[3:], (WARNING,))},
    )  # fmt: skip
    result = _walked(machine)
    assert [(f.observation.rule, f.patch) for f in result.findings] == [("-Wunused", 3)]


def test_one_boot_that_dies_is_one_fact_and_not_one_for_each_test(tmp_path: Path) -> None:
    machine = Machine(tmp_path, boot={COMMITS[3]: BootState.HANG})
    result = _walked(machine)
    assert [(f.observation.rule, f.patch, f.repaired_by) for f in result.findings] == [
        ("boot-hang", 3, 4)
    ]
    assert result.walk is not None
    assert [span.observation.rule for span in result.walk.spans] == ["boot-hang"]
    # The boot that shows it, and the one before that does not, were made once more.
    assert [len(state.runs) for state in result.walk.states] == [2, 2, 3, 2, 2, 2]


def test_a_test_that_fails_once_accuses_no_patch(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    real, boots = machine.run, 0

    def fails_the_first_time(kernel: Kernel, job: GuestJob, **more: object) -> GuestRun:
        nonlocal boots
        done = real(kernel, job, **more)  # type: ignore[arg-type]
        if kernel.key.tree == COMMITS[3] and job.command == ("net",):
            boots += 1
            return replace(done, output=f"{COMMITS[3]}:net.one") if boots == 1 else done
        return done

    machine.run = fails_the_first_time  # type: ignore[assignment,method-assign]
    result = _walked(machine)
    (finding,) = result.findings
    assert (finding.patch, finding.observation.severity) == (None, Severity.NOTE)
    assert finding.notes == ("comes and goes: in 1 of 2 runs at 3/5",)
    assert result.verdict is Verdict.NOTHING_NEW


def test_a_failure_that_was_there_before_by_chance_is_not_its_patch_s(tmp_path: Path) -> None:
    """At 2 it passes first and fails the second time: so 3 did not bring it."""
    machine = Machine(tmp_path, failing={COMMITS[3]: ("net.one",)})
    real, boots = machine.run, 0

    def fails_the_second_time(kernel: Kernel, job: GuestJob, **more: object) -> GuestRun:
        nonlocal boots
        done = real(kernel, job, **more)  # type: ignore[arg-type]
        if kernel.key.tree == COMMITS[2] and job.command == ("net",):
            boots += 1
            return replace(done, output=f"{COMMITS[2]}:net.one") if boots == 2 else done
        return done

    machine.run = fails_the_second_time  # type: ignore[assignment,method-assign]
    (finding,) = _walked(machine).findings
    assert (finding.patch, finding.observation.severity) == (None, Severity.NOTE)


def test_what_hides_behind_broken_states_is_tried_without_them(tmp_path: Path) -> None:
    _, _, two, _, four, five = COMMITS
    alone = {(four, two): Oid("4" * 40), (five, two): Oid("5" * 40)}
    machine = _eventful(tmp_path)
    machine.boot = {**machine.boot, Oid("4" * 40): BootState.PANIC}
    machine.failing = {**machine.failing, Oid("5" * 40): ("net.one",)}
    found = _by_rule(_carried(alone, machine))
    assert {rule: f.patch for rule, f in found.items()} == {
        "-Wunused": 2, "error": 3, "boot-panic": 4, "test-failed": 5,
    }  # fmt: skip
    assert found["test-failed"].notes == ("fails from 5/5 (so does patch 5 alone on top of 2/5)",)


def test_a_patch_that_is_harmless_alone_is_not_accused(tmp_path: Path) -> None:
    _, _, two, _, four, five = COMMITS
    machine = _eventful(tmp_path)
    result = _carried({(four, two): Oid("4" * 40), (five, two): Oid("5" * 40)}, machine)
    found = _by_rule(result)
    assert found["boot-panic"].patch == 3
    assert found["test-failed"].patch is None
    assert found["test-failed"].notes[0].startswith("comes from 3/5 or 4/5")


def test_a_trial_that_gets_less_far_decides_nothing(tmp_path: Path) -> None:
    _, _, two, _, four, five = COMMITS
    machine = _eventful(tmp_path)
    machine.build = {**machine.build, Oid("4" * 40): BuildState.FAILED}
    machine.boot = {**machine.boot, Oid("5" * 40): BootState.HANG}
    result = _carried({(four, two): Oid("4" * 40), (five, two): Oid("5" * 40)}, machine)
    assert _by_rule(result)["boot-panic"].patch is None
    assert "cannot tell between 3/5 and 5/5" in _by_rule(result)["test-failed"].notes[0]


def test_what_only_a_state_between_shows_can_be_shown_again(tmp_path: Path) -> None:
    recipe = Recipe("test", ("gcov", "fault-injection"))
    result = _walked(_eventful(tmp_path))
    made = reproducers(result, Recipes(test=recipe), toolchain=None)
    assert {(one.rule, one.tip, one.suite) for one in made} == {
        ("error", COMMITS[3], ""),
        ("boot-panic", COMMITS[4], "smoke"),
        ("test-failed", COMMITS[5], "net"),
    }
    assert [patches_in(result, one.tip) for one in made] == [5, 3, 4]
    assert all(one.tip_tree == one.tip for one in made)
