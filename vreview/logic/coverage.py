# SPDX-License-Identifier: GPL-2.0-or-later
"""Of the lines that each patch adds or changes: which were compiled, and which ran in which suite.

A line belongs to the last patch that wrote it. Counts are held against the tip's lines; a line
that was not compiled (a comment, a declaration) counts nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from vreview.logic.attribution import Edit, origin
from vreview.model.coverage import FileCounts, FileLines, FunctionCount, Gap, PatchCoverage

Reached = Callable[[str, int], str]
"""What had to fail for a line (of a path) to run that ran in no suite; "" when it never did."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A file of the tip: what the series did to it, and its text by line, from 1."""

    path: str
    edits: tuple[Edit, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A compiled line of the tip. ``suites`` are those in which it ran."""

    number: int
    patch: int
    function: str
    suites: tuple[str, ...]


def patch_coverage(
    files: Sequence[Changed],
    counts: Mapping[str, Sequence[FileCounts]],
    *,
    reached: Reached = lambda _path, _line: "",
) -> tuple[PatchCoverage, ...]:
    """For each patch with compiled lines, in the patches' order.

    ``counts`` are those of the tip's boots, by suite. ``reached`` says what had to fail for a line
    to run that ran in no suite.
    """
    parts: dict[int, list[tuple[FileLines, list[Gap], list[Line]]]] = {}
    for file in files:
        lines = list(_compiled(file, counts))
        for patch in sorted({line.patch for line in lines if line.patch}):
            mine = [line for line in lines if line.patch == patch]
            ran = tuple(line.number for line in mine if line.suites)
            idle = tuple(line.number for line in mine if not line.suites)
            gaps = list(_gaps(file, lines, patch, reached))
            parts.setdefault(patch, []).append((FileLines(file.path, ran, idle), gaps, mine))
    return tuple(_patch(patch, parts[patch]) for patch in sorted(parts))


def _patch(number: int, parts: Sequence[tuple[FileLines, list[Gap], list[Line]]]) -> PatchCoverage:
    suites: dict[str, int] = {}
    for _, _, lines in parts:
        for line in lines:
            for suite in line.suites:
                suites[suite] = suites.get(suite, 0) + 1
    ran = sum(len(file.ran) for file, _, _ in parts)
    return PatchCoverage(
        number,
        compiled=ran + sum(len(file.idle) for file, _, _ in parts),
        ran=ran,
        suites=tuple(suites.items()),
        gaps=tuple(gap for _, gaps, _ in parts for gap in gaps),
        files=tuple(file for file, _, _ in parts),
    )


def _compiled(file: Changed, counts: Mapping[str, Sequence[FileCounts]]) -> Iterator[Line]:
    """The lines that code was made of in any of the boots; ``patch`` 0 are the base's own."""
    ran: dict[int, list[str]] = {}
    functions: dict[str, FunctionCount] = {}
    for suite, boots in counts.items():
        for boot in boots:
            if boot.path != file.path:
                continue
            functions |= {function.name: function for function in boot.functions}
            for number, count in boot.lines:
                suites = ran.setdefault(number, [])
                if count and suite not in suites:
                    suites.append(suite)
    for number in sorted(ran):
        if number > len(file.lines):
            continue  # of another file's text: the counts are a guest's word
        found = origin(number, file.edits)
        around = next((f.name for f in functions.values() if f.first <= number <= f.last), "")
        yield Line(number, found.patch if found else 0, around, tuple(ran[number]))


def _gaps(file: Changed, lines: Sequence[Line], patch: int, reached: Reached) -> Iterator[Gap]:
    def kind(line: Line) -> tuple[bool, str, str]:
        idle = line.patch == patch and not line.suites
        return idle, line.function, reached(file.path, line.number) if idle else ""

    for (idle, function, how), group in groupby(lines, key=kind):
        if not idle:
            continue
        run = list(group)
        gap = Gap(file.path, run[0].number, run[-1].number, len(run), function, reached=how)
        yield replace(gap, error_path=is_error_path(file.lines, gap.first, gap.last))


_FAILS = re.compile(
    r"\breturn\s*\(?\s*(?:-\s*E[A-Z0-9]+|ERR_PTR\s*\(|ERR_CAST\s*\(|PTR_ERR\s*\()"
    r"|=\s*(?:-\s*E[A-Z0-9]+|ERR_PTR\s*\(\s*-|PTR_ERR\s*\()"
    r"|\bgoto\s+(?:\w+_)?(?:err|error|fail|failed|failure|bad|abort|undo|unwind|rollback)(?:_\w+)?\s*;"
)
_LEAVES = re.compile(r"\b(?:goto\s+\w+|return\b[^;]*|break|continue)\s*;")
_GUARD = re.compile(
    r"\bif\s*\((?:unlikely\()?\s*(?:"
    r"!\s*\w|IS_ERR|WARN_ON|(?:ret|err|error|rc|r|res|retval|status)\s*(?:\)|<|!=)"
    r"|.*(?:<\s*0|==\s*NULL|!=\s*0)\s*\)"
    r")"
)
_LABEL = re.compile(r"^[ \t]*(?P<name>[A-Za-z_]\w*):(?!:)\s*(?:/\*.*)?$")
_WAY_OUT = re.compile(
    r"(?:^|_)(?:err|error|fail|failed|free|put|undo|unwind|unlock|cleanup|abort|bad|release|rollback"
    r"|unregister|destroy|nomem|enomem|einval|efault)\w*$|^err|^fail|^out_\w"
)
_COMMENT = re.compile(r"/\*.*?\*/|//.*$")


def is_error_path(text: Sequence[str], first: int, last: int) -> bool:
    """Whether the lines (from 1) are a way out after a failure, and nothing else could be meant.

    They are when they give an error back ("return -ENOMEM", "ret = -EINVAL"), go to a label that is
    named for one ("goto err_free"), leave under a test for one ("if (!p)", "if (ret)", then goto or
    return), or stand under a label that is named for what a failure asks for ("out_free").
    """
    lines = [_COMMENT.sub("", line) for line in text[first - 1 : last]]
    if any(_FAILS.search(line) for line in lines):
        return True
    leaves = any(_LEAVES.search(line) for line in lines)
    if leaves and (_guarded(text, first) or _GUARD.search(lines[0])):
        return True
    label = _label_above(text, first) or next(
        (found["name"] for line in lines if (found := _LABEL.match(line))), ""
    )
    return bool(_WAY_OUT.search(label)) if label else False


def _above(text: Sequence[str], first: int) -> Iterator[str]:
    """The lines above, nearest first, without what holds no code."""
    for number in range(first - 1, max(first - 8, 0), -1):
        line = _COMMENT.sub("", text[number - 1]).strip()
        if line and line not in ("{", "}") and not line.startswith(("*", "/*")):
            yield line


def _guarded(text: Sequence[str], first: int) -> bool:
    """Whether the statement begins right under a test for a failure."""
    above = next(_above(text, first), "")
    return bool(_GUARD.search(above))


def _label_above(text: Sequence[str], first: int) -> str:
    above = next(_above(text, first), "")
    found = _LABEL.match(above)
    return found["name"] if found and found["name"] != "default" else ""
