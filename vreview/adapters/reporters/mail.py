# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as replies, ready for ``git send-email``: one to each patch with findings.

Asks rather than accuses; the evidence stands under the question. Sends nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from vreview.adapters.reporters.coverage import coverage_sentence
from vreview.adapters.reporters.patchtable import walk_text
from vreview.adapters.reporters.safe import safe, safe_line
from vreview.adapters.reporters.words import comparison_sentence, tested_sentence
from vreview.logic.quoting import Quotable, quotable, quote, spot
from vreview.model.bench import Comparison, Speed
from vreview.model.observation import Category, Step
from vreview.model.review import Finding, Review
from vreview.model.series import Mail, Patch, Person

WIDTH = 78
_POLICY = SMTP.clone(linesep="\n", cte_type="8bit", utf8=False, max_line_length=998)
_NO_ID = "@no-message-id.invalid"
"""The end of the ids that ingest makes for mails without one: nobody's thread knows them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that answers ``to``; ``body`` is its text, wrapped, without trailing space."""

    to: Mail
    body: str


class MailReporter:
    """Renders all replies as one mbox; implements ports.Reporter."""

    def __init__(self, *, sender: Person, version: str) -> None:
        self._sender = sender
        self._version = version

    def render(self, review: Review) -> str:
        return "".join(
            f"From vreview Thu Jan  1 00:00:00 1970\n{_escape_from(message)}\n"
            for message in self.messages(review)
        )

    def messages(self, review: Review) -> tuple[str, ...]:
        """Each reply as one RFC 2822 message: git send-email takes one a file, and no mbox."""
        return tuple(self._message(reply) for reply in replies(review, version=self._version))

    def _message(self, reply: Reply) -> str:
        message = EmailMessage(policy=_POLICY)
        message["From"] = _address(self._sender)
        message["To"] = [_address(p) for p in reply.to.reply_to or (reply.to.sender,)]
        others = _others(reply.to, self._sender)
        if others:
            message["Cc"] = [_address(p) for p in others]
        message["Subject"] = _reply_subject(reply.to.subject)
        known = not reply.to.message_id.endswith(_NO_ID)
        if known:
            message["In-Reply-To"] = f"<{reply.to.message_id}>"
        chain = dict.fromkeys((*reply.to.references, *((reply.to.message_id,) if known else ())))
        if chain:
            message["References"] = " ".join(f"<{safe_line(one)}>" for one in chain)
        message.set_content(reply.body, charset="utf-8", cte="8bit")
        return message.as_bytes().decode()


def replies(review: Review, *, version: str) -> tuple[Reply, ...]:
    """One reply to each patch that something is said about, in the series' order; what no single
    patch is to blame for answers the cover letter, or the first patch where there is none."""
    footer = _footer(review, version)
    answers = []
    whole = [f for f in review.findings if f.patch is None]
    slower = [c for c in review.comparisons if c.verdict is Speed.SLOWER]
    walked = _walked(review)
    if whole or slower or walked:
        top = review.series.cover.mail if review.series.cover else review.series.patches[0].mail
        text = [*map(_remark, whole), *map(_slower, slower), *walked]
        answers.append(Reply(top, "\n\n".join([*text, footer]) + "\n"))
    for patch in review.series.patches:
        found = [f for f in review.findings if f.patch == patch.n]
        if found:
            text = [_interleaved(patch, found), *_ran(patch, review), footer]
            answers.append(Reply(patch.mail, "\n\n".join(text) + "\n"))
    return tuple(answers)


def _ran(patch: Patch, review: Review) -> list[str]:
    """How much of the patch its tests ran: beside what they found, never a mail of its own."""
    mine = [one for one in review.coverage if one.patch == patch.n]
    return [_wrap(f"Of this patch, {coverage_sentence(one, most=2)}.") for one in mine]


def _walked(review: Review) -> list[str]:
    """How far each patch got by itself, where one of them brought or took away something."""
    walk = review.walk
    if walk is None or not any(span.seen for span in walk.spans):
        return []
    heading = "Each patch by itself, on top of those before it:"
    return [f"{heading}\n\n{walk_text(walk, width=WIDTH)}"]


def _interleaved(patch: Patch, findings: Sequence[Finding]) -> str:
    """The patch's mail, trimmed, with the remarks under the lines they are about."""
    lines = quotable(safe(patch.body))
    placed = sorted(
        ((_spot(lines, f), f) for f in findings),
        key=lambda pair: (-1 if pair[0] is None else pair[0], pair[1].observation.rule),
    )
    who = safe_line(patch.mail.sender.name or patch.mail.sender.email)
    parts = [f"On {patch.mail.date:%a, %d %b %Y %H:%M:%S %z}, {who} wrote:"]
    after = -1
    for index, finding in placed:
        if index is not None and index > after:
            parts.append("\n".join(quote(lines, upto=index, after=after)))
            after = index
        parts.append(_remark(finding))
    # The attribution line stands directly above the first quote.
    return "\n\n".join(parts).replace(":\n\n> ", ":\n> ", 1)


def _spot(lines: tuple[Quotable, ...], finding: Finding) -> int | None:
    """Where the patch's mail shows what the finding is about."""
    seen = finding.observation
    here = [s for s in seen.evidence if s.source and s.place and s.place.line == seen.place.line]
    source = here[-1].source if here else ""
    return spot(
        lines, path=seen.place.file, line=finding.line or seen.place.line, source=safe(source)
    )


def _remark(finding: Finding) -> str:
    """The question, then the evidence, then by what name it can be asked about."""
    seen = finding.observation
    asked = seen.message if seen.message.endswith("?") else f"{seen.message}. Is that intended?"
    asked = seen.question or asked
    if seen.category is Category.BUILD and seen.question:
        asked = f"{seen.message}. {asked}"  # a compiler's words make no question by themselves
    text = _wrap(asked)
    evidence = [_step(step) for step in seen.evidence]
    name = ", ".join((seen.rule, seen.short_id, *finding.notes))
    return "\n".join([text, "", *evidence, f"  [{safe_line(name)}]"])


def _step(step: Step) -> str:
    place = f"{step.place}: " if step.place else ""
    return textwrap.fill(
        f"{place}{safe_line(step.text)}",
        width=WIDTH,
        initial_indent="  ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _slower(comparison: Comparison) -> str:
    return _wrap(
        f"With this series {safe_line(comparison_sentence(comparison))}. Is that expected?"
    )


def _wrap(text: str) -> str:
    return "\n\n".join(
        textwrap.fill(
            " ".join(paragraph.split()), width=WIDTH, break_long_words=False, break_on_hyphens=False
        )
        for paragraph in safe(text).split("\n\n")
    )


def _footer(review: Review, version: str) -> str:
    return f"-- \n{_wrap(f'vreview {version}. {tested_sentence(review)}')}"


def _reply_subject(subject: str) -> str:
    subject = safe_line(subject)
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _address(person: Person) -> Address:
    email = safe_line(person.email)
    user, _, domain = email.rpartition("@")
    return Address(safe_line(person.name), user or email, domain if user else "")


def _others(mail: Mail, sender: Person) -> list[Person]:
    """Everyone else on the mail, once, without us."""
    main = {p.email.lower() for p in mail.reply_to or (mail.sender,)} | {sender.email.lower()}
    seen: dict[str, Person] = {}
    for person in (*((mail.sender,) if mail.reply_to else ()), *mail.to, *mail.cc):
        if person.email.lower() not in main:
            seen.setdefault(person.email.lower(), person)
    return list(seen.values())


def _escape_from(message: str) -> str:
    """mboxrd: a line that begins like a separator gets one more >."""
    lines = message.split("\n")
    return "\n".join(f">{li}" if li.lstrip(">").startswith("From ") else li for li in lines)
