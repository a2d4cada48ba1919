# SPDX-License-Identifier: GPL-2.0-or-later
"""What the series' own words say and its figures do not: claims put into the rules' words.

Their place has no file: the line is one of the mail's body, of the patch that the finding names,
or of the cover letter when it names none.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.logic.claims import Claim, claims_in
from vreview.model.observation import Observation, Origin, Place, Step
from vreview.model.review import Finding
from vreview.model.series import Series
from vreview.rulebook import Rule, RuleBook


def claim_findings(series: Series, rulebook: RuleBook, *, tool: str) -> Iterator[Finding]:
    """A finding for each claim that a rule of the book has words for, in the mails' order."""
    for claim in claims_in(series):
        rule = rulebook.by_check(claim.check)
        if rule is not None:
            yield Finding(_observation(claim, rule, tool), claim.message.patch)


def _observation(claim: Claim, rule: Rule, tool: str) -> Observation:
    message, question = rule.worded({"subject": claim.subject, **dict(claim.words)})
    lines = claim.message.lines
    return Observation(
        origin=Origin.RULE,
        tool=tool,
        rule=rule.id,
        severity=rule.severity,
        confidence=rule.confidence,
        category=rule.category,
        place=Place("", claim.line),
        message=message,
        question=question,
        subject=claim.subject,
        evidence=tuple(
            Step(text, Place("", line), lines[line - 1].strip()) for line, text in claim.steps
        ),
    )
