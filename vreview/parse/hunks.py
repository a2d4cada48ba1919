# SPDX-License-Identifier: GPL-2.0-or-later
"""One hunk of a diff: its ``@@`` line, and as many lines behind it as that promises."""

from __future__ import annotations

import re

from vreview.errors import SeriesError
from vreview.model.series import Hunk

HEAD = re.compile(
    rb"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@(.*)", re.DOTALL
)


def parse_hunk(lines: list[bytes], start: int, *, where: str, crlf: bool) -> tuple[Hunk, int]:
    """The hunk whose ``@@`` line is ``lines[start]``, and the line behind it.

    ``where`` opens every complaint; ``crlf``: the mail's way has put CRs behind the lines. Raises
    SeriesError for what git calls a corrupt patch.
    """
    head = HEAD.match(lines[start])
    if head is None:
        raise SeriesError(f"{where}: its header {shown(lines[start])!r} is malformed")
    where = f"{where} ({shown(lines[start]).partition(' @@')[0]} @@)"
    old_count, new_count = (1 if head[k] is None else int(head[k]) for k in (2, 4))
    old_left, new_left = old_count, new_count
    body: list[bytes] = []
    at = start + 1
    while old_left or new_left:
        if at >= len(lines):
            raise _cut_short(where, old_left, new_left)
        line = _hunk_line(lines[at], crlf=crlf)
        match line[:1]:
            case b" ":
                old_left, new_left = old_left - 1, new_left - 1
            case b"-":
                old_left -= 1
            case b"+":
                new_left -= 1
            case b"\\":
                _drop_newline(body)
                at += 1
                continue
            case _:
                raise _damaged(where, at - start, line, left=(old_left, new_left))
        if old_left < 0 or new_left < 0:
            raise SeriesError(f"{where}: it has more lines than its header says")
        body.append(line)
        at += 1
    if at < len(lines) and lines[at].startswith(b"\\ "):
        _drop_newline(body)
        at += 1
    hunk = Hunk(
        old_start=int(head[1]),
        old_count=old_count,
        new_start=int(head[3]),
        new_count=new_count,
        lines=tuple(body),
        section=shown(head[5]),
    )
    return hunk, at


def _hunk_line(line: bytes, *, crlf: bool) -> bytes:
    """The line as the file has it: mail programs strip the space of empty context lines."""
    if not line.endswith(b"\n"):
        line += b"\n"
    elif crlf and line.endswith(b"\r\n"):
        line = line[:-2] + b"\n"
    return b" " + line if line in (b"\n", b"\r\n") else line


def _drop_newline(body: list[bytes]) -> None:
    if body:
        body[-1] = body[-1].removesuffix(b"\n")


def _cut_short(where: str, old_left: int, new_left: int) -> SeriesError:
    return SeriesError(
        f"{where}: the patch ends within it, {max(old_left, new_left)} lines too early",
        hint="the mail may have been cut off; get the patch again, for example with b4",
    )


def _damaged(where: str, n: int, line: bytes, *, left: tuple[int, int]) -> SeriesError:
    return SeriesError(
        f"{where}: line {n} of it begins with neither space, + nor -: {shown(line)[:60]!r}"
        f" (its header promises {left[0]} more old and {left[1]} more new lines)",
        hint="the sender's mail program may have wrapped lines or eaten spaces",
    )


def shown(line: bytes) -> str:
    """A line of a diff as a complaint quotes it."""
    return line.decode(errors="replace").strip()
