# SPDX-License-Identifier: GPL-2.0-or-later
"""The rest of a suite in a fresh guest: what a guest says after a splat or a crash proves nothing.

So one case that takes the guest down costs that case and not the suite. Once a boot: what takes
the second guest down, too, is told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from vreview.logic.observe import case_observations
from vreview.model.observation import Origin, Severity
from vreview.model.trial import BootState, Case, CaseState, Run, Splat
from vreview.parse.console import splat_observation
from vreview.ports import GuestJob

_BAD = (CaseState.CRASHED, CaseState.FAILED)


def completed(run: Run, job: GuestJob, again: Callable[[GuestJob], Run]) -> Run:
    """The run, with the cases behind the one that spoilt its guest from another boot.

    ``again`` boots a job. A suite that cannot begin in its middle, and a run that nothing spoilt,
    or behind whose spoilt case none failed, stay as they are.
    """
    at = _spoilt_at(run) if job.after else None
    if at is None or not any(case.state in _BAD for case in run.cases[at + 1 :]):
        return run
    behind = run.cases[at + 1 :]
    more = again(replace(job, command=(*job.command, *job.after, run.cases[at].name)))
    if [case.name for case in more.cases] != [case.name for case in behind]:
        how = f"{more.booted.state.value}, {more.booted.console}"
        return _remarked(
            run, f"the cases behind {run.cases[at].name} could not be run in another boot: {how}"
        )
    cases = (*run.cases[: at + 1], *more.cases)
    facts = {
        one.fingerprint: one
        for one in (*run.observations, *more.observations)
        if one.origin is not Origin.TEST
    }
    done = replace(
        run,
        cases=cases,
        observations=(*facts.values(), *case_observations(cases)),
        counts=run.counts or more.counts,
        rest=more.booted,
    )
    return _remarked(
        done,
        f"{run.cases[at].name} spoilt the guest: the {len(behind)} cases behind it are from another"
        f" boot ({more.booted.console})",
    )


def _remarked(run: Run, sentence: str) -> Run:
    return replace(run, booted=replace(run.booted, remarks=(*run.booted.remarks, sentence)))


def _spoilt_at(run: Run) -> int | None:
    """The index of the case after which the guest cannot be trusted; None when there is none."""
    ended = [
        index
        for index, case in enumerate(run.cases)
        if case.state is CaseState.CRASHED and run.booted.state is not BootState.DONE
    ]
    splat = next(filter(_severe, run.booted.splats), None)
    during = None if splat is None else _case_of(splat, run)
    known = [index for index in (*ended[:1], during) if index is not None]
    return min(known, default=None)


def _severe(splat: Splat) -> bool:
    return splat_observation(splat).severity is Severity.ERROR


def _case_of(splat: Splat, run: Run) -> int | None:
    """The case that was announced last before the splat (our suites say each in the kernel log)."""
    lines = _read(run.booted.console)[: splat.line]
    announced = re.compile(rf"(?:^|\W){re.escape(run.name)}-test: (?P<name>[\w-]+)\s*$")
    names = [found["name"] for found in map(announced.search, lines) if found]
    return _index(run.cases, names[-1]) if names else None


def _index(cases: Sequence[Case], name: str) -> int | None:
    return next((index for index, case in enumerate(cases) if case.name == name), None)


def _read(console: Path) -> list[str]:
    try:
        return console.read_text(errors="replace").splitlines()
    except OSError:
        return []
