# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said in a mail beside its diff: lines, paragraphs and sentences, each with its place.

Knows nothing of numbers. Replies that are quoted, and trailers, are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vreview.model.series import FileDiff, Series

_DIFF = re.compile(r"diff --git |--- (?:a/|/dev/null)|Index: |@@ -\d")
_TRAILER = re.compile(
    r"[A-Z][a-z]+(?:-[A-Za-z]+)+: \S|(?:Cc|CC|Fixes|Link|Closes): |\(cherry picked"
)
_BULLET = re.compile(r"\s*(?:[-*+o]|\d+[.)]|\[\d+\])\s+\S")
_SIGNATURE = "-- "
_LONGEST_LINE = 300
_MOST_LINES = 5000
_LONGEST_PASSAGE = 6000
"""Beyond these no person has written it: a log, a dump, a file."""
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[A-Z(\"'*-])")


@dataclass(frozen=True, slots=True)
class Message:
    """A mail's text down to its diff. ``patch``: its number, None for the cover letter.

    ``files`` is what its own diff does; for the cover letter, nothing.
    """

    patch: int | None
    title: str
    lines: tuple[str, ...]
    files: tuple[FileDiff, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that its own figures do not bear out. ``check`` names the rule's check.

    ``line`` counts from 1 in the mail's body; ``steps`` are lines of it with what they say.
    """

    check: str
    message: Message
    line: int
    subject: str
    words: tuple[tuple[str, str], ...]
    steps: tuple[tuple[int, str], ...]

    @property
    def source(self) -> str:
        """The line itself."""
        return self.message.lines[self.line - 1]


@dataclass(frozen=True, slots=True)
class Passage:
    """Running text from several lines, joined by spaces. ``starts``: where each line begins."""

    text: str
    first_line: int
    starts: tuple[int, ...]

    @property
    def last_line(self) -> int:
        """The line on which it ends."""
        return self.first_line + len(self.starts) - 1

    def line_at(self, offset: int) -> int:
        """The line of the mail's body on which the text at ``offset`` stands."""
        return self.first_line + bisect_right(self.starts, offset) - 1


def messages(series: Series) -> tuple[Message, ...]:
    """The cover letter's text and every patch's, in the order in which they are read."""
    found = []
    if series.cover is not None:
        found.append(Message(None, series.cover.title, _words(series.cover.text)))
    for patch in series.patches:
        body = patch.body or patch.message
        found.append(Message(patch.n, patch.title, _words(body), patch.files))
    return tuple(found)


def _words(body: str) -> tuple[str, ...]:
    lines: list[str] = []
    for line in body.splitlines():
        if _DIFF.match(line) or line == _SIGNATURE or len(lines) >= _MOST_LINES:
            break
        lines.append(line if len(line) <= _LONGEST_LINE else "")
    return tuple(lines)


def paragraphs(message: Message) -> Iterator[Passage]:
    """Running text between empty lines; every list item is one of its own."""
    held: list[str] = []
    first = 1
    for number, line in enumerate((*message.lines, ""), start=1):
        left_out = line.startswith((">", "diff ")) or _TRAILER.match(line)
        if not line.strip() or left_out or line == "---" or _BULLET.match(line):
            if held and sum(map(len, held)) <= _LONGEST_PASSAGE:
                yield _joined(held, first)
            held = []
            if not line.strip() or left_out or line == "---":
                continue
        if not held:
            first = number
        held.append(line)


def sentences(passage: Passage) -> Iterator[tuple[int, str]]:
    """Offset in the passage and text of each sentence."""
    begin = 0
    for end in _SENTENCE_END.finditer(passage.text):
        yield begin, passage.text[begin : end.start()]
        begin = end.end()
    yield begin, passage.text[begin:]


def _joined(lines: Sequence[str], first: int) -> Passage:
    words = [" ".join(line.split()) for line in lines]
    starts, at = [], 0
    for line in words:
        starts.append(at)
        at += len(line) + 1
    return Passage(" ".join(words), first, tuple(starts))
