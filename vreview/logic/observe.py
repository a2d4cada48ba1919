# SPDX-License-Identifier: GPL-2.0-or-later
"""From what a boot or a test did to observations that two trees can be compared by."""

from __future__ import annotations

from collections.abc import Iterable

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

_BAD = (CaseState.FAILED, CaseState.CRASHED)


def case_observations(cases: Iterable[Case]) -> tuple[Observation, ...]:
    """One observation a failed or crashed case; passed and skipped ones give none."""
    return tuple(
        Observation(
            origin=Origin.TEST,
            tool=case.suite,
            rule=f"test-{case.state.value}",
            severity=Severity.ERROR,
            confidence=Confidence.HIGH,
            category=Category.TEST,
            place=Place(""),
            message=f"test {case.suite}:{case.name} {case.state.value}",
            question=f"With this series the test {case.name} of the suite {case.suite} "
            f"{_happened(case.state)}. Is that intended?",
            subject=case.name,
            evidence=tuple(Step(line) for line in case.detail.splitlines()[-8:]),
        )
        for case in cases
        if case.state in _BAD
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
