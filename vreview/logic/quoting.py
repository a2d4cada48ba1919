# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines of a patch's mail to quote above a remark.

A remark stands under at most five quoted lines, the last of them the line it is about; gaps are
marked. Knows the diff's own line numbers, nothing of findings' words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CONTEXT = 5
"""Quoted lines above a remark, the remarked one included."""

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Quotable:
    """A line of a mail's body. ``path`` and ``line`` place it in the new file; 0 outside a diff
    and for removed lines."""

    text: str
    path: str = ""
    line: int = 0


def quotable(body: str) -> tuple[Quotable, ...]:
    """The body's lines, those of the diffs with their places in the new files."""
    lines: list[Quotable] = []
    path, at = "", 0
    for text in body.splitlines():
        hunk = _HUNK.match(text)
        if text.startswith("diff --git "):
            path, at = "", 0
        elif text.startswith("+++ ") and not at:
            path = text[4:].split("\t")[0].strip().removeprefix("b/")
        elif hunk and path:
            at = int(hunk[1])
        elif at and text[:1] in ("+", " ", ""):
            lines.append(Quotable(text, path, at))
            at += 1
            continue
        lines.append(Quotable(text, path))
    return tuple(lines)


def spot(lines: tuple[Quotable, ...], *, path: str, line: int, source: str = "") -> int | None:
    """Index of the line that shows a place: the one with the same text that is nearest to it,
    else the place itself. Without a path ``line`` is one of the body, above its diff. None when the
    mail does not show it."""
    if not path:
        return line - 1 if 0 < line <= len(lines) and not lines[line - 1].path else None
    here = [i for i, q in enumerate(lines) if q.path == path and q.line]
    wanted = source.strip()
    same = [i for i in here if wanted and lines[i].text[1:].strip() == wanted]
    if same:
        return min(same, key=lambda i: (abs(lines[i].line - line), i))
    if wanted:
        return None
    return next((i for i in here if lines[i].line == line), None)


def quote(lines: tuple[Quotable, ...], *, upto: int, after: int) -> tuple[str, ...]:
    """The quoted lines for a remark on index ``upto`` when those up to ``after`` (-1: none) have
    been quoted already."""
    first = max(after + 1, upto - CONTEXT + 1)
    gap = ["> [...]"] if first > after + 1 else []
    return (*gap, *(f"> {q.text}".rstrip() for q in lines[first : upto + 1]))
