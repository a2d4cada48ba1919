# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import email
import json
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from sample_review import CONFLICT, REVIEW, REVIEWER, WARNING

from vreview.adapters.reporters.jsonreport import JsonReporter
from vreview.adapters.reporters.mail import MailReporter
from vreview.adapters.reporters.safe import safe, safe_line
from vreview.adapters.reporters.terminal import TerminalReporter
from vreview.model.review import Finding, Review
from vreview.model.series import MessageId

Golden = Callable[[str, str], None]
MAIL = MailReporter(sender=REVIEWER, version="0.1")


@pytest.mark.parametrize(("name", "review"), [("full", REVIEW), ("conflict", CONFLICT)])
def test_terminal_report(name: str, review: Review, golden: Golden) -> None:
    golden(f"report/{name}.txt", TerminalReporter(width=100).render(review))


def test_colour_changes_no_word() -> None:
    import re

    plain = TerminalReporter(width=100).render(REVIEW)
    colored = TerminalReporter(width=100, color=True).render(REVIEW)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()
    assert "\x1b[" in colored


@pytest.mark.parametrize(("name", "review"), [("full", REVIEW), ("conflict", CONFLICT)])
def test_json_report(name: str, review: Review, golden: Golden, checkout: Path) -> None:
    text = JsonReporter(version="0.1").render(review)
    schema = json.loads((checkout / "docs/schema/review-1.schema.json").read_text())
    jsonschema.validate(json.loads(text), schema)
    golden(f"report/{name}.json", text)


def test_schema_names_every_field(checkout: Path) -> None:
    """A field that the schema does not know is a schema that nobody renewed."""
    schema = json.loads((checkout / "docs/schema/review-1.schema.json").read_text())

    def strict(part: object) -> object:
        if isinstance(part, dict):
            more = {"additionalProperties": False} if part.get("type") == "object" else {}
            return {k: strict(v) for k, v in part.items()} | more
        return [strict(v) for v in part] if isinstance(part, list) else part

    text = JsonReporter(version="0.1").render(REVIEW)
    jsonschema.validate(json.loads(text), strict(schema))  # type: ignore[arg-type]


def test_mail_report(golden: Golden) -> None:
    golden("report/full.mbox", MAIL.render(REVIEW))


def test_nothing_found_sends_nothing() -> None:
    assert MAIL.render(replace(REVIEW, findings=(), comparisons=(), walk=None)) == ""


def test_mail_manners() -> None:
    for message in MAIL.messages(REVIEW):
        body = message.split("\n\n", 1)[1].split("\n-- \n")[0]
        own = [line for line in body.splitlines() if not line.startswith("> ")]
        assert max(map(len, own)) <= 78
        quoted = body.split("\n\n")
        runs = [
            sum(li.startswith("> ") and li != "> [...]" for li in q.splitlines()) for q in quoted
        ]
        assert max(runs) <= 5
        assert not body.rstrip().splitlines()[-1].startswith(">")


def test_git_send_email_takes_the_replies(tmp_path: Path) -> None:
    if b"dry-run" not in subprocess.run(["git", "send-email", "-h"], capture_output=True).stdout:
        pytest.skip("git send-email is not installed")
    files = []
    for number, message in enumerate(MAIL.messages(REVIEW)):
        files.append(tmp_path / f"{number}.eml")
        files[-1].write_text(message)
    done = subprocess.run(
        ["git", "send-email", "--dry-run", "--confirm=never", "--suppress-cc=all", *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GIT_AUTHOR_NAME": "x",
             "GIT_AUTHOR_EMAIL": "x@example.org", "GIT_COMMITTER_NAME": "x",
             "GIT_COMMITTER_EMAIL": "x@example.org"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Result: OK") == len(files) == 3


def test_strangers_text_cannot_steer() -> None:
    assert safe("a\x1b[2Jb\rc\u202ed\n\te") == "a\\x1b[2Jb\\x0dc\\x202ed\n\te"
    assert safe_line("a\n Bcc: x@example.org") == "a Bcc: x@example.org"
    for render in (
        TerminalReporter().render,
        JsonReporter(version="0.1").render,
        MAIL.render,
    ):
        assert "\x1b" not in render(REVIEW)


def test_a_mail_without_an_id_is_answered_outside_any_thread() -> None:
    """`git format-patch` gives no Message-ID; the one that ingest makes is in nobody's thread."""
    nameless = MessageId("0123@no-message-id.invalid")
    patches = tuple(
        replace(p, mail=replace(p.mail, message_id=nameless, references=()))
        for p in REVIEW.series.patches
    )
    review = replace(REVIEW, series=replace(REVIEW.series, patches=patches))
    mails = [
        email.message_from_string(text)
        for text in MailReporter(sender=REVIEWER, version="1").messages(review)
    ]
    answers = [m for m in mails if "no-message-id" in m.as_string() or not m["In-Reply-To"]]
    assert answers
    for mail in answers:
        assert mail["In-Reply-To"] is None
        assert mail["References"] is None
        assert mail["Subject"].startswith("Re: ")


@pytest.mark.parametrize("width", [20, 40, 60])
@pytest.mark.parametrize("review", [REVIEW, CONFLICT])
def test_a_narrow_terminal_loses_nothing(review: Review, width: int) -> None:
    """Lines break within words where they must; no character of the wide report is lost."""

    def told(columns: int) -> Counter[str]:
        text = TerminalReporter(width=columns).render(review)
        return Counter(c for c in text if not c.isspace() and c not in "─")

    assert not told(200) - told(width)


def test_a_reply_about_a_warning_that_goes_again_says_what_the_compiler_said() -> None:
    again = "Patch 2 takes it away again; could that go into patch 1?"
    warning = Finding(replace(WARNING, question=again), 1, repaired_by=2)
    (message, *_) = MAIL.messages(replace(REVIEW, findings=(warning,), comparisons=(), walk=None))
    assert "unused variable 'x'. Patch 2 takes it away again;" in message
