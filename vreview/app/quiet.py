# SPDX-License-Identifier: GPL-2.0-or-later
"""Notes in small numbers: the first few of a kind in a patch speak for the rest.

Warnings and errors are never left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from vreview.model.observation import Severity
from vreview.model.review import Finding

MOST = 3
"""Notes of one rule on one patch."""


def few(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """``findings`` without the notes beyond the first ``MOST`` of their rule and patch; the last
    one that is kept says how many there were."""
    everything = Counter(_kind(finding) for finding in findings)
    told: Counter[tuple[str, int | None]] = Counter()
    kept: list[Finding] = []
    for finding in findings:
        kind = _kind(finding)
        if finding.observation.severity is not Severity.NOTE:
            kept.append(finding)
            continue
        told[kind] += 1
        if told[kind] > MOST:
            continue
        more = everything[kind] - MOST
        if told[kind] == MOST and more > 0:
            note = f"and {more} more like it in this patch"
            finding = replace(finding, notes=(*finding.notes, note))
        kept.append(finding)
    return tuple(kept)


def _kind(finding: Finding) -> tuple[str, int | None]:
    return finding.observation.rule, finding.patch
