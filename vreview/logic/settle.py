# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of findings besides themselves: dismissed, dismissed once, there since when.

Compares fingerprints; reads no files and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vreview.logic.delta import delta, with_moves_settled
from vreview.model.observation import Observation
from vreview.model.review import Dismissal, Dismissed, Finding, Settled, Standing


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a series, and what was found in it. ``whole``: every patch of it was read;
    otherwise silence about a finding says nothing. ``paths`` are the files that it touches,
    ``limits`` sentences about what could not be read."""

    number: int
    findings: tuple[Finding, ...]
    whole: bool
    paths: frozenset[str] = frozenset()
    limits: tuple[str, ...] = ()


def settled(
    findings: Sequence[Finding],
    *,
    dismissals: Iterable[Dismissal],
    today: date,
    before: Version | None = None,
    now: Version | None = None,
) -> Settled:
    """``findings`` with all that is known of them.

    With both versions each says since when it is there (``now`` may hold fewer than ``findings``:
    what only a build or a boot shows has no version before to be compared with). What is dismissed
    is taken out. The last dismissal of a fingerprint counts; one whose last day is over counts no
    more, and the finding says so.
    """
    if before is None or now is None:
        return _dismissed(findings, dismissals, today)
    known = compared(now, before)
    told = {id(one.observation): one for one in known.findings}
    stand = _dismissed([told.get(id(f.observation), f) for f in findings], dismissals, today)
    addressed = _dismissed(known.addressed, dismissals, today).findings
    return replace(stand, addressed=addressed, remarks=known.remarks)


def _dismissed(
    findings: Iterable[Finding], dismissals: Iterable[Dismissal], today: date
) -> Settled:
    by_id = {one.fingerprint: one for one in dismissals}
    stand: list[Finding] = []
    dismissed: list[Dismissed] = []
    for finding in findings:
        dismissal = by_id.get(finding.observation.fingerprint)
        if dismissal is None:
            stand.append(finding)
        elif dismissal.until is not None and dismissal.until < today:
            note = f"its dismissal ended on {dismissal.until}: {dismissal.reason}"
            stand.append(replace(finding, notes=(*finding.notes, note)))
        else:
            dismissed.append(Dismissed(finding, dismissal))
    return Settled(tuple(stand), tuple(dismissed))


def compared(now: Version, before: Version) -> Settled:
    """The findings of ``now`` with what ``before`` knows of them, and those of ``before`` that are
    gone. What one side could not have shown is called neither new nor addressed.
    """
    change = with_moves_settled(
        delta(
            [f.observation for f in before.findings],
            [f.observation for f in now.findings],
            base_reached=before.whole,
            tip_reached=now.whole,
        )
    )
    old, new, gone = (
        [id(o) for o in part] for part in (change.persisting, change.new, change.fixed)
    )
    findings = []
    for finding in now.findings:
        if id(finding.observation) in old:
            finding = _noted(finding, f"persists since v{before.number}", Standing.PERSISTS)
        elif id(finding.observation) in new:
            finding = _noted(finding, f"new in v{now.number}", Standing.NEW)
        findings.append(finding)
    addressed = (
        _noted(f, _how_gone(f.observation, now, before), Standing.ADDRESSED)
        for f in before.findings
        if id(f.observation) in gone
    )
    return Settled(tuple(findings), addressed=tuple(addressed), remarks=before.limits)


def _how_gone(observation: Observation, now: Version, before: Version) -> str:
    was = f"was in v{before.number}"
    if not observation.place.file or observation.place.file in now.paths:
        return f"{was}, gone in v{now.number}"
    return f"{was}; v{now.number} does not touch the file"


def _noted(finding: Finding, note: str, standing: Standing) -> Finding:
    return replace(finding, notes=(*finding.notes, note), standing=standing)
