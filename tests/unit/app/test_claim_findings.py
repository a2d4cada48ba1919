# SPDX-License-Identifier: GPL-2.0-or-later
"""Lint tells of claims beside its findings in C, and keeps notes few."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vreview.adapters.reporters.lintreport import lint_text
from vreview.app.lint import lint
from vreview.app.quiet import MOST, few
from vreview.logic.quoting import quotable, spot
from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
)
from vreview.model.review import Finding, Settled
from vreview.model.series import Cover, Mail, MessageId, Patch, Person, Series
from vreview.rulebook import load_rules

RULES = load_rules()
WHO = Person("A Tester", "tester@example.org")
WHEN = datetime(2024, 5, 6, tzinfo=UTC)
LIE = "It improves by 25%: 100 -> 120."
DIFF = "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -0,0 +1 @@\n"
BODY = f"port: batch\n\n{LIE}\n---\n{DIFF}+{LIE}\n"


def series(*bodies: str, cover: str = "") -> Series:
    mails = [Mail(MessageId(f"{n}@example.org"), "port", WHO, WHEN) for n in range(9)]
    patches = tuple(
        Patch(n, "port: x", WHO, WHEN, "", (), (), b"", mails[n], body=body)
        for n, body in enumerate(bodies, start=1)
    )
    return Series("port", 1, len(patches), patches, Cover("port", cover, mails[0]))


def told(*bodies: str, cover: str = "") -> tuple[Finding, ...]:
    return lint(series(*bodies, cover=cover), repo=None, applied=None, rulebook=RULES).findings


def test_a_claim_is_a_finding_on_a_line_of_the_mail() -> None:
    (found,) = told("nothing", BODY)
    seen = found.observation
    assert (seen.rule, seen.severity, found.patch) == ("claims/claimed-change", Severity.NOTE, 2)
    assert seen.place == Place("", 3)
    assert "+20.0 %" in seen.message
    assert all(step.source == LIE for step in seen.evidence)


def test_a_rule_that_is_off_says_nothing() -> None:
    book = RULES.without(["claims/claimed-change"])
    result = lint(series(BODY), repo=None, applied=None, rulebook=book)
    assert result.findings == ()


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (told("nothing", BODY), "the message of patch 2, line 3: note: "),
        (told("nothing", cover=f"port\n{LIE}"), "the cover letter, line 2: note: "),
    ],
)
def test_the_report_says_where_in_which_mail(found: tuple[Finding, ...], place: str) -> None:
    assert lint_text(Settled(found), (), total=2).startswith(place)


def test_a_reply_quotes_the_line_of_the_message_and_not_the_diffs() -> None:
    lines = quotable(BODY)
    assert spot(lines, path="", line=3, source=LIE) == 2
    assert spot(lines, path="", line=9, source=LIE) is None
    assert spot(lines, path="", line=99) is None


NOTE = Observation(
    origin=Origin.RULE,
    tool="vreview",
    rule="manners/debug-leftover",
    severity=Severity.NOTE,
    confidence=Confidence.LOW,
    category=Category.OTHER,
    place=Place("x.c", 1),
    message="m",
)


def notes(count: int, *, patch: int = 1, seen: Observation = NOTE) -> list[Finding]:
    return [Finding(replace(seen, place=Place("x.c", n)), patch) for n in range(1, count + 1)]


def test_the_first_notes_of_a_kind_speak_for_the_rest() -> None:
    kept = few(notes(MOST + 4))
    assert [f.observation.place.line for f in kept] == [1, 2, 3]
    assert [f.notes for f in kept] == [(), (), ("and 4 more like it in this patch",)]


def test_each_patch_and_each_rule_has_its_own() -> None:
    other = replace(NOTE, rule="manners/disabled-code")
    all_of_them = [*notes(MOST), *notes(MOST, patch=2), *notes(MOST, seen=other)]
    assert few(all_of_them) == tuple(all_of_them)


def test_warnings_are_never_left_out() -> None:
    loud = notes(MOST + 4, seen=replace(NOTE, severity=Severity.WARNING))
    assert few(loud) == tuple(loud)
