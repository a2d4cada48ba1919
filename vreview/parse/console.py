# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a kernel's console: its splats, and how the boot ended.

What several CPUs print at the same time is told apart by the callers of its lines ("[T12]",
"[C0]"), where the log has them. The log may end anywhere. The text is hostile: it is only ever
matched. Does not know where the log comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
    Step,
)
from vreview.model.trial import BootState, Splat
from vreview.parse.printk import Line, console_lines
from vreview.parse.splats import BENIGN, CONSEQUENCES, PANICS, ROWS, Ends, Row
from vreview.parse.stack import base_name, last_line, read_stack

GOING_DOWN = (
    r"Kernel panic - not syncing|Oops: |BUG: unable to handle|kernel NULL pointer|kernel BUG at"
    r"|general protection fault|Unable to handle kernel|Internal error: "
)
"""After one of these the kernel may still run, but nothing that it does can be relied upon."""

_MOST_LINES = 400
_MOST_SPLATS = 200

_HELD = re.compile(r"at: (?P<function>[A-Za-z_][\w.]*)\+0x")
_CHANGING = re.compile(r"\b0x[0-9a-f]+\b|\b[0-9a-f]{8,16}\b|\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?|\b\d+\b")
_ANY_START = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", row.start.pattern) for row in ROWS))


@dataclass(frozen=True, slots=True)
class _Start:
    """``index`` is the first line's among all lines."""

    row: Row
    match: re.Match[str]
    index: int
    caller: str


def parse_splats(console: str) -> tuple[Splat, ...]:
    """The splats of a console log, in order; one that comes again is given once.

    A panic that only follows from a splat before it ("Fatal exception") is part of that splat.
    """
    lines = console_lines(console)
    starts = _starts(lines)
    splats: dict[tuple[str, str], Splat] = {}
    for number, start in enumerate(starts):
        text = _lines_of(start, starts[number + 1 :], lines)
        splat = _splat(start, text, lines[start.index].number)
        splats.setdefault((splat.kind, splat.title), splat)
        if len(splats) == _MOST_SPLATS:
            break
    return tuple(splats.values())


def read_boot(console: str, *, started: bool, exit_status: int | None, overdue: bool) -> BootState:
    """How a boot ended.

    ``started``: the job's script said so on its own channel; ``exit_status``: the job's, if it
    ended; ``overdue``: a deadline ended the boot. A guest that oopsed and then stood still did
    not hang by itself: it stopped.
    """
    if exit_status is not None:
        return BootState.DONE
    lines = [line.text for line in console_lines(console)]
    if not any(line.strip() for line in lines):
        return BootState.NO_OUTPUT
    if any("Kernel panic - not syncing" in line for line in lines):
        return BootState.PANIC
    oopsed = any(re.search(GOING_DOWN, line) for line in lines)
    if overdue and not oopsed:
        return BootState.HANG
    return BootState.STOPPED if started else BootState.DIED_EARLY


def splat_observation(splat: Splat) -> Observation:
    """The splat as an observation; the same bug has the same fingerprint, wherever it is seen."""
    severity = {row.kind: row.severity for row in ROWS}.get(splat.kind, Severity.ERROR)
    head = next(iter(splat.text.splitlines()), splat.title)
    evidence = [Step(head, Place("console", splat.line))]
    if splat.functions:
        evidence.append(Step("called through " + " < ".join(splat.functions[:8])))
    return Observation(
        origin=Origin.CONSOLE,
        tool="kernel",
        rule=splat.kind,
        severity=severity,
        confidence=Confidence.HIGH,
        category=Category.LOCK if splat.kind.startswith("lockdep-") else Category.RUNTIME,
        place=Place("console", splat.line),
        message=splat.title,
        question=f"The kernel with this series reported during the tests: {splat.title}."
        " The one without it did not. Could you have a look?",
        subject=splat.title,
        evidence=tuple(evidence),
    )


def _starts(lines: Sequence[Line]) -> list[_Start]:
    """Where splats begin. A line that an open splat of its caller absorbs does not begin one."""
    starts: list[_Start] = []
    open_: dict[str, _Start] = {}
    latest: dict[str, _Start] = {}
    stamps = any(line.stamped for line in lines)
    for index, line in enumerate(lines):
        mine = open_.get(line.caller)
        # A KASAN report has its ruler above the first line, too: that one is not seen here.
        if mine and mine.row.ends.value and mine.row.ends.value.search(line.text):
            del open_[line.caller]
            mine = None
        if not _ANY_START.match(line.text) or BENIGN.match(line.text):
            continue
        found = _row_of(line, lines, index, kernels_own=line.stamped or not stamps)
        if found is None:
            continue
        row, match = found
        if starts and row.kind in PANICS and CONSEQUENCES.search(line.text):
            continue
        before = latest.get(line.caller) if row.ensues else mine
        if before and row.kind in before.row.absorbs:
            continue
        starts.append(_Start(row, match, index, line.caller))
        open_[line.caller] = latest[line.caller] = starts[-1]
    return starts


def _row_of(
    line: Line, lines: Sequence[Line], index: int, *, kernels_own: bool
) -> tuple[Row, re.Match[str]] | None:
    for row in ROWS:
        if row.loose and not kernels_own:
            continue
        # Anchored: a splat's first line begins with its words. A program that merely prints
        # them in the middle of a sentence is not one.
        match = row.start.match(line.text)
        if match and (row.needs is None or _follows(row.needs, lines, index)):
            return row, match
    return None


def _follows(wanted: re.Pattern[str], lines: Sequence[Line], index: int) -> bool:
    caller = lines[index].caller
    after = (x.text for x in lines[index + 1 : index + _MOST_LINES] if x.caller == caller)
    return any(wanted.search(text) for text in after)


def _lines_of(start: _Start, later: Sequence[_Start], lines: Sequence[Line]) -> list[str]:
    """The lines up to the next splat: the caller's own, or everyone's where several CPUs report."""
    everyone = start.row.everyone
    rivals = (s.index for s in later if everyone or s.caller == start.caller)
    limit = next(rivals, len(lines))
    own = _own(lines[start.index : limit], start.caller, everyone=everyone)
    return [text for text, _ in zip(own, range(_MOST_LINES), strict=False)]


def _own(lines: Sequence[Line], caller: str, *, everyone: bool) -> Iterator[str]:
    return (line.text for line in lines if everyone or line.caller == caller)


def _splat(start: _Start, lines: Sequence[str], number: int) -> Splat:
    row = start.row
    text = lines[: _end_of(row.ends, lines)]
    stack = read_stack(text, row)
    groups = {k: base_name(v) for k, v in start.match.groupdict().items() if v}
    held = [m["function"] for m in map(_HELD.search, text) if m][:1]
    functions = stack.functions or tuple(groups[x] for x in ("in",) if x in groups) or tuple(held)
    values = {
        **groups,
        **_details(row, lines),
        "function": functions[0] if functions else "",
        "held": "".join(held),
    }
    return Splat(
        kind=row.kind,
        title=_title(row.title, values),
        functions=functions,
        text="\n".join(text),
        line=number + 1,
        frames=stack.frames,
    )


def _details(row: Row, lines: Sequence[str]) -> dict[str, str]:
    """What the row looks for after the first line; empty words where it is not."""
    if row.details is None:
        return {}
    names = dict.fromkeys(row.details.groupindex, "")
    found = next(filter(None, map(row.details.search, lines[1:])), None)
    return {**names, **{k: v for k, v in found.groupdict().items() if v}} if found else names


def _title(template: str, values: dict[str, str]) -> str:
    """The template filled in; " in " goes when there is no function, numbers and addresses too."""
    names = ("function", "held", "in", "other", "last")
    clean = {k: _CHANGING.sub("N", v) for k, v in values.items() if k not in names}
    clean |= {name: values.get(name, "") for name in names}
    return " ".join(template.format(**clean).split()).removesuffix(" in")


def _end_of(ends: Ends, lines: Sequence[str]) -> int:
    """How many of ``lines`` belong to the splat; in a log that was cut, up to the last frame."""
    if ends.value:
        for number, line in enumerate(lines[1:], start=1):
            if ends.value.search(line):
                return number + 1
    return last_line(lines) + 1
