# SPDX-License-Identifier: GPL-2.0-or-later
"""A mbox's bytes to messages: mboxo, mboxrd, and the concatenation that git format-patch makes.

Content-Length is not believed. What the messages say is not looked at.
"""

from __future__ import annotations

import re
from enum import Enum

from vreview.errors import SeriesError

_MAILS_MAX = 10_000

# `git mailsplit`: "From ", something, a time, and a year after 1990.
_SEPARATOR = re.compile(
    rb"^From [^\n]*?\d:\d\d:\d\d(?: [A-Z]{1,5})? (?:199[1-9]|[2-9]\d{3}|1970)[^\n]*\n?",
    re.MULTILINE,
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_QUOTED_ONCE = re.compile(rb"^>(From )", re.MULTILINE)


class Dialect(Enum):
    """How a "From " at the beginning of a line of text was protected."""

    MBOXO = "mboxo"
    """With one > where the line began with "From "; what began with ">From " is ambiguous."""
    MBOXRD = "mboxrd"
    """With one more > wherever the line began with any number of > and "From "."""
    GIT = "git format-patch"
    """Not at all."""


def is_mbox(data: bytes) -> bool:
    """Whether the data begins with a mbox separator (blank lines in front allowed)."""
    return _SEPARATOR.match(data.lstrip(b"\r\n")[:1000]) is not None


def dialect_of(separator: bytes) -> Dialect:
    """Told by the separator line: public-inbox and b4 write the epoch, git its own date."""
    if b"Thu Jan  1 00:00:00 1970" in separator:
        return Dialect.MBOXRD
    if re.match(rb"From [0-9a-f]{40} Mon Sep 17 00:00:00 2001", separator):
        return Dialect.GIT
    return Dialect.MBOXO


def split_mbox(data: bytes, *, dialect: Dialect | None = None) -> tuple[bytes, ...]:
    """The raw messages in order, their "From " lines unprotected.

    A message of `git format-patch` keeps its separator: it holds the commit id. Raises
    SeriesError for more mails than any thread has.
    """
    marks: list[re.Match[bytes]] = []
    for mark in _SEPARATOR.finditer(data):
        marks.append(mark)
        if len(marks) > _MAILS_MAX:
            raise SeriesError(
                f"the mbox holds more than {_MAILS_MAX} mails: that is an archive, not a thread",
                hint="cut out the one thread that holds the series",
            )
    messages: list[bytes] = []
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(data)
        kind = dialect_of(mark[0])
        begin = mark.start() if kind is Dialect.GIT else mark.end()
        message = _unprotected(data[begin:end], dialect or kind)
        if message.strip():
            messages.append(message)
    return tuple(messages)


def _unprotected(message: bytes, dialect: Dialect) -> bytes:
    match dialect:
        case Dialect.MBOXO:
            return _QUOTED_ONCE.sub(rb"\1", message)
        case Dialect.MBOXRD:
            return _QUOTED.sub(rb"\1", message)
        case Dialect.GIT:
            return message
