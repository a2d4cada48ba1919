# SPDX-License-Identifier: GPL-2.0-or-later
"""``3 files changed, 10 insertions(+), 2 deletions(-)`` against the diff that follows.

A patch's own diffstat must match its diff in all three numbers. A cover letter's only has to match
in what does not depend on the order of the patches: the files, and insertions less deletions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vreview.logic.claims.said import Claim, Message
from vreview.model.series import Change, FileDiff

DIFFSTAT = "claimed-diffstat"

_SUMMARY = re.compile(
    r" ?(?P<files>\d{1,6}) files? changed"
    r"(?:, (?P<added>\d{1,8}) insertions?\(\+\))?(?:, (?P<taken>\d{1,8}) deletions?\(-\))?\s*$"
)


@dataclass(frozen=True, slots=True)
class Stat:
    files: int
    added: int
    taken: int

    def __str__(self) -> str:
        return f"{self.files} files, +{self.added} -{self.taken}"


def check_diffstat(messages: Sequence[Message], *, whole: bool) -> Iterator[Claim]:
    """Each mail's last summary line that its diff contradicts. ``whole``: no patch is missing."""
    for message in messages:
        said = _said(message.lines)
        if said is None:
            continue
        line, stat = said
        if message.patch is not None and message.files:
            real = stat_of(message.files)
            if stat != real and not _cannot_be_counted(message.files):
                yield _claim(message, line, (stat, str(real)))
        elif message.patch is None and whole:
            files = [f for other in messages for f in other.files]
            yield from _cover(message, line, (stat, files))


def stat_of(files: Sequence[FileDiff]) -> Stat:
    """What git diff --stat says of a diff."""
    lines = [line for file in files for hunk in file.hunks for line in hunk.lines]
    added = sum(line[:1] == b"+" for line in lines)
    taken = sum(line[:1] == b"-" for line in lines)
    return Stat(len({file.path for file in files}), added, taken)


def _said(lines: Sequence[str]) -> tuple[int, Stat] | None:
    """The last summary line; an earlier one may be of something else."""
    found = None
    for number, line in enumerate(lines, start=1):
        if match := _SUMMARY.match(line):
            counts = (int(match[key] or 0) for key in ("files", "added", "taken"))
            found = number, Stat(*counts)
    return found


def _cannot_be_counted(files: Sequence[FileDiff]) -> bool:
    """Binary changes have no lines, and old tools leave mode changes out."""
    return any(f.binary or f.binary_missing or f.change is Change.MODE for f in files)


def _cover(message: Message, line: int, both: tuple[Stat, Sequence[FileDiff]]) -> Iterator[Claim]:
    stat, files = both
    odd = (Change.RENAME, Change.COPY, Change.DELETE)
    if not files or _cannot_be_counted(files) or any(f.change in odd for f in files):
        return
    real = stat_of(files)
    if stat.added - stat.taken != real.added - real.taken or stat.files != real.files:
        net = f"{real.files} files, {real.added - real.taken:+} lines on balance"
        yield _claim(message, line, (stat, net))


def _claim(message: Message, line: int, both: tuple[Stat, str]) -> Claim:
    stat, real = both
    what = "the patches" if message.patch is None else "the diff"
    return Claim(
        check=DIFFSTAT,
        message=message,
        line=line,
        subject="diffstat",
        words=(("claim", str(stat)), ("real", real), ("what", what)),
        steps=((line, f"{what}: {real}"),),
    )
