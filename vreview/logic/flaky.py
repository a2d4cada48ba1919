# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of tests that are known to be flaky: told as remarks, held against nobody.

Reads no files and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from vreview.model.flaky import KnownFlaky
from vreview.model.observation import Observation, Origin
from vreview.model.review import Finding, Settled


def without_known_flaky(settled: Settled, *, flaky: Sequence[KnownFlaky], today: date) -> Settled:
    """``settled`` with the failures of known flaky tests among its remarks instead of its findings.

    An entry whose last day is over does not count: a finding that it matches says so, and a remark
    names the entry. A splat is never a flaky test's: the kernel itself complained.
    """
    current = [one for one in flaky if one.until >= today]
    over = [one for one in flaky if one.until < today]
    findings: list[Finding] = []
    remarks: list[str] = []
    for finding in settled.findings:
        entry = matching(finding.observation, current)
        if entry is not None:
            remarks.append(_told(finding, entry))
            continue
        ended = matching(finding.observation, over)
        if ended is not None:
            note = f"was known to be flaky until {ended.until}: {ended.reason}"
            finding = replace(finding, notes=(*finding.notes, note))
        findings.append(finding)
    remarks += (
        f"the entry for {one} in {one.source or 'the flaky file'} ended on {one.until}"
        for one in over
    )
    return replace(settled, findings=tuple(findings), remarks=(*settled.remarks, *remarks))


def matching(seen: Observation, flaky: Iterable[KnownFlaky]) -> KnownFlaky | None:
    """The first entry that speaks of this failed test, None for what is no test."""
    if seen.origin is not Origin.TEST:
        return None
    for one in flaky:
        if one.suite == seen.tool and fnmatchcase(seen.subject, one.case):
            return one
    return None


def _told(finding: Finding, entry: KnownFlaky) -> str:
    odds = f" ({finding.notes[-1]})" if finding.notes else ""
    return (
        f"{finding.observation.message}{odds}, which is known to be flaky until {entry.until}:"
        f" {entry.reason} ({entry.link})"
    )
