# SPDX-License-Identifier: GPL-2.0-or-later
"""The field's conventions, asked of b4: subject prefixes, trailers in replies, equal diffs.

b4's classes are fed decoded text in memory: here they read no configuration, run no command
and know no network. Not used, and why:

- LoreMailbox, LoreSeries: run `git patch-id`, count a doubled mail as a further patch, log
  to the terminal, and keep one series a version number.
- LoreMessage.get_payload, get_am_message: lose bytes outside the charset, take one MIME part,
  run `git mailinfo`, and leave by sys.exit on odd characters.
"""

from __future__ import annotations

import functools
import logging
import re
from dataclasses import dataclass
from email.message import Message
from types import ModuleType

from vreview.errors import SeriesError
from vreview.model.series import Mail, Trailer

_SUBJECT_MAX = 1000
_REPLY_MAX = 6 << 10
"""Two of b4's patterns take quadratic time; so a hostile reply costs a tenth of a second."""

_PLAIN = re.compile(
    r"\[PATCH(?: v(?P<version>[1-9]\d?))?(?: (?P<n>\d{1,3})/(?P<total>[1-9]\d{0,2}))?\] "
    r"(?![Rr][Ee]:)[A-Za-z][^\[\]=]*"
)
_TRAILER_LIKE = re.compile(r"\s*\w\S{1,80}:\s+\S")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the brackets of a subject say. ``counted`` and ``versioned``: they do say it."""

    version: int
    n: int
    total: int
    counted: bool
    versioned: bool
    reply: bool


@functools.cache
def _b4() -> ModuleType:
    # Imported when first needed: it takes a tenth of a second and pulls in an HTTP client.
    try:
        import b4
    except (ImportError, SystemExit) as err:
        raise SeriesError(
            f"cannot load b4, which reads the subjects: {err}", hint="pip install b4"
        ) from err
    b4.can_network = False
    logging.getLogger("b4").addHandler(logging.NullHandler())
    return b4


def read_subject(text: str) -> Subject:
    """The version, number and total of a decoded subject, as b4 understands its prefixes."""
    if (plain := _PLAIN.fullmatch(text[:_SUBJECT_MAX])) is not None:
        return _plain_subject(plain)
    # "=?" would be decoded a second time, and b4 lets a broken encoded word raise.
    found = _b4().LoreSubject(text[:_SUBJECT_MAX].replace("=?", "= ?"))
    return Subject(
        version=int(found.revision),
        n=int(found.counter),
        total=max(int(found.counter), int(found.expected)),
        counted=not found.counters_inferred,
        versioned=not found.revision_inferred,
        reply=bool(found.reply),
    )


def _plain_subject(found: re.Match[str]) -> Subject:
    """What b4 would say of the commonest form, without the tenth of a second of its import."""
    n, total = int(found["n"] or 1), int(found["total"] or 1)
    return Subject(
        version=int(found["version"] or 1),
        n=n,
        total=max(n, total),
        counted=found["n"] is not None,
        versioned=found["version"] is not None,
        reply=False,
    )


def reply_trailers(mail: Mail, text: str) -> tuple[Trailer, ...]:
    """The trailers that a reply gives, in order.

    b4's rules: outside quotes, above the signature, known names or a person, and a person only
    when name or address is that of the sender.
    """
    kept = _candidate_lines(text)
    if not kept:
        return ()
    message = Message()
    message["Message-Id"] = "<reply@invalid>"
    message["Subject"] = "Re: x"
    message["Date"] = "Thu, 1 Jan 1970 00:00:00 +0000"
    message["Content-Type"] = "text/plain; charset=utf-8"
    message.set_payload(kept.encode("utf-8", "replace").decode("ascii", "surrogateescape"))
    reply = _b4().LoreMessage(message)
    reply.fromname = mail.sender.name or mail.sender.email
    reply.fromemail = mail.sender.email
    accepted, _refused = reply.get_trailers()
    return tuple(
        Trailer(found.name, _value(found.value, found.extinfo), mail.message_id)
        for found in accepted
    )


def _value(value: str, remark: str | None) -> str:
    """A trailer's value with its "# v6.1+" or "[for the foo part]" on the same line."""
    return f"{value} {remark.strip()}" if remark else value


def _candidate_lines(text: str) -> str:
    """The reply's lines that can matter to b4: trailer-like ones and the one after each."""
    out: list[str] = []
    size = 0
    take_next = False
    for line in text.split("\n-- \n", 1)[0].split("\n"):
        like = bool(_TRAILER_LIKE.match(line))
        if (like or take_next) and len(line) < 500:
            out.append(line)
            size += len(line) + 1
        elif out and out[-1]:
            out.append("")
        take_next = like
        if size > _REPLY_MAX:
            break
    return "\n".join(out).strip("\n")


def diff_key(diff: bytes) -> str:
    """Equal for diffs that do the same, wherever in the files: patchwork's hash, from b4."""
    return str(_b4().LoreMessage.get_patchwork_hash(diff.decode("latin-1")))
