# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules' findings alone: as lines that an editor can jump along, or as JSON.

A line of JSON is a series; its form is the one by which reviewers are scored. The whole review's
reports are next door.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vreview.adapters.reporters.jsonreport import finding_value
from vreview.adapters.reporters.safe import safe, safe_line
from vreview.model.observation import Observation
from vreview.model.review import Finding

SCHEMA = 1


def lint_value(
    name: str,
    *,
    findings: Sequence[Finding] = (),
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
        "findings": [{**finding_value(f), "patch_line": f.line} for f in findings],
        "remarks": [safe(remark) for remark in remarks],
    }


def lint_text(findings: Sequence[Finding], remarks: Sequence[str], *, total: int) -> str:
    """``file:line: severity: message [rule]``, the question and the evidence indented below it."""
    lines: list[str] = []
    for finding in findings:
        lines.extend(_lines(finding, total))
        lines.append("")
    lines.extend(f"note: {safe_line(remark)}" for remark in remarks)
    return "\n".join(lines).rstrip("\n") + "\n" if lines else ""


def _lines(finding: Finding, total: int) -> Iterator[str]:
    seen = finding.observation
    yield (
        f"{safe_line(str(seen.place))}: {seen.severity.value}: "
        f"{safe_line(seen.message)} [{safe_line(seen.rule)}]"
    )
    if finding.patch and total > 1:
        yield f"    patch {finding.patch}/{total}"
    if seen.question:
        yield f"    {safe_line(seen.question)}"
    yield from _evidence(seen)


def _evidence(seen: Observation) -> Iterator[str]:
    for step in seen.evidence:
        where = f"{step.place.line}: " if step.place and step.place.line else ""
        source = f"  {safe_line(step.source)}" if step.source else ""
        yield f"      {where}{safe_line(step.text)}{':' if source else ''}{source}"
