# SPDX-License-Identifier: GPL-2.0-or-later
"""One mail, read as `git mailinfo` reads it: headers, the words, and where the diff begins.

Does not look at other mails of the thread.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vreview.model.series import Mail, MessageId, Person
from vreview.parse.mail.b4rules import Subject, read_subject
from vreview.parse.mail.commit import author_of, cleaned_title, title_and_message
from vreview.parse.mail.content import Part, text_parts
from vreview.parse.mail.headers import (
    Headers,
    date_of,
    decode_words,
    mail_headers,
    message_ids,
    one_line,
    persons,
    to_text,
)

_GIT_SEPARATOR = re.compile(rb"From ([0-9a-f]{40}) Mon Sep 17 00:00:00 2001\n")
_DIFF = re.compile(rb"^(?:diff --git \S|--- \S[^\n]*\n\+\+\+ \S)", re.MULTILINE)
_IN_BODY = re.compile(rb"(from|subject|date):[ \t]*", re.IGNORECASE)
_NOT_STATED = Person("", "unknown@invalid")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail of the thread. ``diff`` is None when it carries no patch of its own.

    ``text`` is the decoded body; ``diffstat``: the text has one, as cover letters do.
    """

    mail: Mail
    subject: Subject
    title: str
    message: str
    author: Person
    date: datetime
    text: str
    notes: str
    diff: bytes | None
    diffstat: bool

    @property
    def is_patch(self) -> bool:
        return self.diff is not None and not self.subject.reply


def read_letter(raw: bytes) -> Letter:
    """Reads a raw message of any line ends. Never fails: what is not said is left empty."""
    raw = raw.replace(b"\r\n", b"\n")
    headers, body = mail_headers(raw)
    parts = text_parts(headers, body)
    mail = _mail(headers, raw)
    words = headers
    text = "\n".join(part.text.rstrip("\n") for part in parts) + "\n"
    for part in parts:
        if _GIT_SEPARATOR.match(part.data):
            # An attached file of `git format-patch`: its own headers count, not the envelope's.
            words, inner = mail_headers(part.data)
            parts = text_parts(words, inner)
            break
        if part.wrapped and _DIFF.search(part.data):
            words, parts = part.wrapped, (part,)
            break
    split = _split(parts)
    found = _DIFF.search(split.patch)
    diff = split.patch[found.start() :] if found else None
    stated = dict(split.in_body) if split.patch else {}
    subject_raw = stated.get("subject", words.raw("subject") or b"")
    title, message = title_and_message(cleaned_title(decode_words(subject_raw)), split.log)
    sender = stated.get("from", words.raw("from") or b"")
    subject = read_subject(mail.subject)
    if not subject.counted and words is not headers:
        subject = read_subject(words.text("subject"))
    return Letter(
        mail=mail,
        subject=subject,
        title=title,
        message=message,
        author=author_of(decode_words(sender)) if sender else mail.sender,
        date=date_of(stated.get("date", words.raw("date"))),
        text=text,
        notes=_notes(split.patch[: found.start()] if found else b"", split.charset),
        diff=diff,
        diffstat=re.search(r"^ *\d+ files? changed, \d+ ", text, re.MULTILINE) is not None,
    )


def _mail(headers: Headers, raw: bytes) -> Mail:
    ids = message_ids(headers.raw("message-id"))
    parents = message_ids(headers.raw("in-reply-to"))
    senders = persons(headers.raw("from"))
    return Mail(
        message_id=ids[0] if ids else _made_id(raw),
        subject=headers.text("subject"),
        sender=senders[0] if senders else _sender(headers),
        date=date_of(headers.raw("date")),
        to=persons(headers.raw("to")),
        cc=persons(headers.raw("cc")),
        reply_to=persons(headers.raw("reply-to")),
        in_reply_to=parents[0] if parents else None,
        references=message_ids(headers.raw("references")),
    )


def _sender(headers: Headers) -> Person:
    text = headers.text("from")
    return author_of(text) if text else _NOT_STATED


def _made_id(raw: bytes) -> MessageId:
    """`git format-patch` without --thread gives no Message-ID; this one is the content's."""
    if match := _GIT_SEPARATOR.match(raw):
        return MessageId(f"{match[1].decode()}@no-message-id.invalid")
    return MessageId(f"{hashlib.sha1(raw).hexdigest()}@no-message-id.invalid")


@dataclass(frozen=True, slots=True)
class _Split:
    """A body cut as mailinfo cuts it. ``patch`` begins with the line that ended the log."""

    in_body: tuple[tuple[str, bytes], ...]
    log: str
    patch: bytes
    charset: str


def _split(parts: Sequence[Part]) -> _Split:
    in_body: list[tuple[str, bytes]] = []
    log: list[str] = []
    in_headers = True
    for index, part in enumerate(parts):
        at = 0
        while at < len(part.data):
            end = part.data.find(b"\n", at) + 1 or len(part.data)
            line = part.data[at:end]
            if in_headers:
                in_headers, was_header = _in_body_header(line, in_body)
                if was_header:
                    at = end
                    continue
            if _breaks(line):
                rest = b"".join(p.data for p in parts[index + 1 :])
                return _Split(tuple(in_body), "".join(log), part.data[at:] + rest, part.charset)
            log.append(to_text(line, part.charset))
            at = end
    return _Split(tuple(in_body), "".join(log), b"", parts[-1].charset if parts else "")


def _in_body_header(line: bytes, seen: list[tuple[str, bytes]]) -> tuple[bool, bool]:
    """(still before the text, this line is not text) for a line at the body's beginning."""
    if not line.strip(b"\n"):
        return not seen, True
    if seen and line[:1] in b" \t":
        name, value = seen[-1]
        seen[-1] = (name, value + b" " + line.strip())
        return True, True
    if line.startswith(b">From "):
        return True, re.match(rb">From [0-9a-f]{40} Mon Sep 17 00:00:00 2001", line) is not None
    if line.startswith((b"[PATCH] ", b"[PATCH]\n")):
        seen.append(("subject", line.strip()))
        return True, True
    match = _IN_BODY.match(line)
    if match and match[1].decode().lower() not in dict(seen):
        seen.append((match[1].decode().lower(), line[match.end() :].strip()))
        return True, True
    return False, False


def _breaks(line: bytes) -> bool:
    """Whether mailinfo ends the commit message here."""
    if line.startswith((b"diff -", b"Index: ")):
        return True
    if not line.startswith(b"---") or len(line) < 4:
        return False
    return (line[3:4] == b" " and line[4:5].strip() != b"") or not line[3:].strip()


def _notes(before: bytes, charset: str) -> str:
    text = to_text(before, charset)
    return text.removeprefix("---").strip("\n") if text.strip("-\n ") else ""


def safe_subject(letter: Letter) -> str:
    """The subject for a message of ours."""
    return one_line(letter.mail.subject)[:200] or "(no subject)"
