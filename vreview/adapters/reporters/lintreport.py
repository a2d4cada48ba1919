# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules' findings alone: as lines that an editor can jump along, or as JSON.

A line of JSON is a series; its form is the one by which reviewers are scored. The whole review's
reports are next door.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vreview.adapters.reporters.jsonreport import dismissed_value, finding_value
from vreview.adapters.reporters.safe import safe, safe_line
from vreview.adapters.reporters.words import dismissed_sentence, finding_place, where
from vreview.model.observation import Observation
from vreview.model.review import Dismissed, Finding, Settled

SCHEMA = 1
NOTHING = Settled()


def lint_value(
    name: str,
    *,
    settled: Settled = NOTHING,
    remarks: Sequence[str] = (),
    why: str = "",
    seconds: float = 0.0,
) -> dict[str, object]:
    """One series as a JSON value. ``why`` says what kept it from being read; then ``applied`` is
    false. ``line`` is the tip's; ``patch_line`` the line in the file as the blamed patch leaves
    it."""
    return {
        "schema": SCHEMA,
        "series": name,
        "applied": not why,
        "why": safe(why),
        "seconds": round(seconds, 4),
        "findings": [_value(finding) for finding in settled.findings],
        "dismissed": [dismissed_value(one) for one in settled.dismissed],
        "addressed": [_value(finding) for finding in settled.addressed],
        "remarks": [safe(remark) for remark in remarks],
    }


def _value(finding: Finding) -> dict[str, object]:
    return {**finding_value(finding), "patch_line": finding.line}


def lint_text(
    settled: Settled, remarks: Sequence[str], *, total: int, show_dismissed: bool = False
) -> str:
    """``file:line: severity: message [rule]``, the question and the evidence indented below it."""
    lines: list[str] = []
    for finding in settled.findings:
        lines += [*_lines(finding, total), ""]
    for finding in settled.addressed:
        lines += [*_short(finding, "addressed"), ""]
    for one in settled.dismissed if show_dismissed else ():
        lines += [*_dismissed(one), ""]
    lines.extend(f"note: {safe_line(remark)}" for remark in remarks)
    if settled.dismissed and not show_dismissed:
        lines.append(f"note: {dismissed_sentence(len(settled.dismissed))}")
    return "\n".join(lines).rstrip("\n") + "\n" if lines else ""


def _lines(finding: Finding, total: int) -> Iterator[str]:
    seen = finding.observation
    yield _head(finding, seen.severity.value)
    patch = f"patch {finding.patch}/{total}" if finding.patch and total > 1 else ""
    notes = (safe_line(note) for note in finding.notes)
    yield f"    {', '.join(filter(None, (f'id {seen.short_id}', patch, *notes)))}"
    if seen.question:
        yield f"    {safe_line(seen.question)}"
    yield from _evidence(seen)


def _head(finding: Finding, kind: str) -> str:
    seen = finding.observation
    place = finding_place(finding)
    return f"{place}: {kind}: {safe_line(seen.message)} [{safe_line(seen.rule)}]"


def _short(finding: Finding, kind: str) -> Iterator[str]:
    yield _head(finding, kind)
    notes = (safe_line(note) for note in finding.notes)
    yield f"    {', '.join((f'id {finding.observation.short_id}', *notes))}"


def _dismissed(one: Dismissed) -> Iterator[str]:
    yield from _short(one.finding, "dismissed")
    until = f" (until {one.dismissal.until})" if one.dismissal.until else ""
    yield f"    {safe_line(one.dismissal.reason)}{until}"


def _evidence(seen: Observation) -> Iterator[str]:
    for step in seen.evidence:
        source = f"  {safe_line(step.source)}" if step.source else ""
        text = f"{safe_line(step.text)}{':' if step.text and source else ''}"
        yield f"      {where(step, seen)}{text}{source}"
