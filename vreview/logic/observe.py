# SPDX-License-Identifier: GPL-2.0-or-later
"""From what a boot or a test did to observations that two trees can be compared by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
    Step,
)
from vreview.model.trial import Booted, BootState, Case, CaseState

_CRASHES_APART = 3
"""So many crashed cases are told one by one."""


def case_observations(cases: Iterable[Case]) -> tuple[Observation, ...]:
    """One observation a failed or crashed case; passed and skipped ones give none.

    Where the guest died, all cases after it are crashed ones: more than a few become one
    observation that names the first.
    """
    seen = tuple(cases)
    failed = [case for case in seen if case.state is CaseState.FAILED]
    crashed = [case for case in seen if case.state is CaseState.CRASHED]
    if len(crashed) <= _CRASHES_APART:
        return tuple(map(_case_observation, (*failed, *crashed)))
    return (*map(_case_observation, failed), _unfinished(crashed, total=len(seen)))


def _case_observation(case: Case) -> Observation:
    return _test_observation(
        case,
        message=f"test {case.suite}:{case.name} {case.state.value}",
        question=f"With this series the test {case.name} of the suite {case.suite} "
        f"{_happened(case.state)}. Is that intended?",
        subject=case.name,
        evidence=tuple(Step(line) for line in case.detail.splitlines()[-8:]),
    )


def _unfinished(crashed: Sequence[Case], *, total: int) -> Observation:
    first = crashed[0]
    return _test_observation(
        first,
        message=f"{len(crashed)} of {total} tests of {first.suite} did not come to their end,"
        f" {first.name} the first of them",
        question=f"With this series the suite {first.suite} does not come to its end: it stops in"
        f" {first.name}. Is that intended?",
        subject=f"{first.suite} did not come to its end",
        evidence=(),
    )


def _test_observation(
    case: Case, *, message: str, question: str, subject: str, evidence: tuple[Step, ...]
) -> Observation:
    return Observation(
        origin=Origin.TEST,
        tool=case.suite,
        rule=f"test-{case.state.value}",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        category=Category.TEST,
        place=Place(""),
        message=message,
        question=question,
        subject=subject,
        evidence=evidence,
    )


def _happened(state: CaseState) -> str:
    return "fails" if state is CaseState.FAILED else "does not come to its end"


def boot_observation(name: str, booted: Booted) -> Observation | None:
    """A boot that did not come to its end, as an observation; None for one that did."""
    if booted.state is BootState.DONE:
        return None
    return Observation(
        origin=Origin.CONSOLE,
        tool="boot",
        rule=f"boot-{booted.state.value.replace(' ', '-')}",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        category=Category.RUNTIME,
        place=Place(""),
        message=f"the boot for {name} ended: {booted.state.value}",
        question=f"With this series the boot for {name} ended like this: {booted.state.value}"
        f"{f' ({booted.why})' if booted.why else ''}. Do you see that too?",
        subject=name,
    )
