# SPDX-License-Identifier: GPL-2.0-or-later
"""What the whole review says. Starts from "cannot tell"."""

from __future__ import annotations

from collections.abc import Iterable

from vreview.model.bench import Comparison, Speed
from vreview.model.observation import Severity
from vreview.model.review import Finding, StageResult, StageState, Verdict


def verdict(
    findings: Iterable[Finding],
    comparisons: Iterable[Comparison],
    stages: Iterable[StageResult],
    *,
    idle: bool = False,
) -> Verdict:
    """NEW_PROBLEMS for a finding louder than a note or a slower metric; CANNOT_TELL when a stage
    failed or, being ``idle``, the kernel held none of the touched sources; else NOTHING_NEW."""
    if any(f.observation.severity is not Severity.NOTE for f in findings):
        return Verdict.NEW_PROBLEMS
    if any(c.verdict is Speed.SLOWER for c in comparisons):
        return Verdict.NEW_PROBLEMS
    done = [s for s in stages if s.state is StageState.DONE]
    if idle or not done or any(s.state is StageState.FAILED for s in stages):
        return Verdict.CANNOT_TELL
    return Verdict.NOTHING_NEW
