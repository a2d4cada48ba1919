# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a kernel's console: its splats, and how the boot ended.

What several CPUs print at the same time is told apart by the callers of its lines ("[T12]",
"[C0]"), where the log has them. The log may end anywhere. The text is hostile: it is only ever
matched. Does not know where the log comes from.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

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
from vreview.parse.stack import Stack, base_name, last_line, read_stack

GOING_DOWN = (
    r"Kernel panic - not syncing|Oops: |BUG: unable to handle|kernel NULL pointer|kernel BUG at"
    r"|general protection fault|Unable to handle kernel|Internal error: "
)
"""After one of these the kernel may still run, but nothing that it does can be relied upon."""

_MOST_LINES = 400
_MOST_SPLATS = 200
_MOST_STEPS = 8

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
    log = _Log(console_lines(console))
    starts = _starts(log)
    limits = _limits(starts, len(log.lines))
    splats: dict[tuple[str, str], Splat] = {}
    for start, limit in zip(starts, limits, strict=True):
        splat = _splat(start, log.told(start.index, limit, everyone=start.row.everyone))
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
    evidence += _lines_of(splat)
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


class _Log:
    """The lines, and which of them are whose."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self._own: dict[str, list[int]] = {}
        for index, line in enumerate(lines):
            self._own.setdefault(line.caller, []).append(index)

    def told(self, first: int, limit: int, *, everyone: bool = False) -> list[Line]:
        """What the caller of the line ``first`` prints from there on, as much as a splat holds."""
        if everyone:
            return list(self.lines[first : min(limit, first + _MOST_LINES)])
        own = self._own[self.lines[first].caller]
        at = bisect_left(own, first)
        return [self.lines[n] for n in own[at : at + _MOST_LINES] if n < limit]


def _starts(log: _Log) -> list[_Start]:
    """Where splats begin. A line that an open splat of its caller absorbs does not begin one."""
    starts: list[_Start] = []
    open_: dict[str, _Start] = {}
    latest: dict[str, _Start] = {}
    stamps = any(line.stamped for line in log.lines)
    for index, line in enumerate(log.lines):
        mine = open_.get(line.caller)
        # A KASAN report has its ruler above the first line, too: that one is not seen here.
        if mine and mine.row.ends.value and mine.row.ends.value.search(line.text):
            del open_[line.caller]
            mine = None
        if not _ANY_START.match(line.text) or BENIGN.match(line.text):
            continue
        found = _row_of(log, index, kernels_own=line.stamped or not stamps)
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


def _row_of(log: _Log, index: int, *, kernels_own: bool) -> tuple[Row, re.Match[str]] | None:
    for row in ROWS:
        if row.loose and not kernels_own:
            continue
        # Anchored: a splat's first line begins with its words. A program that merely prints
        # them in the middle of a sentence is not one.
        match = row.start.match(log.lines[index].text)
        if match and (row.needs is None or _follows(row.needs, log, index)):
            return row, match
    return None


def _lines_of(splat: Splat) -> list[Step]:
    """Where the stack leads through the source, as far as that was looked up."""
    kept = frozenset(splat.functions)
    frames = [
        frame
        for frame in splat.frames
        if frame.at and not frame.guess and base_name(frame.function) in kept
    ]
    # Of the first all that was inlined, down to the very spot; of its callers where they call.
    inner = [place for frame in frames[:1] for place in frame.at[:-1]]
    places = [*inner, *(frame.at[-1] for frame in frames)]
    return [Step(f"in {place.function}()", place) for place in places[:_MOST_STEPS]]


def _follows(wanted: re.Pattern[str], log: _Log, index: int) -> bool:
    return any(wanted.search(line.text) for line in log.told(index, len(log.lines))[1:])


def _limits(starts: Sequence[_Start], end: int) -> list[int]:
    """For each splat the index of the next one: of its caller, or of anybody where all report."""
    limits: list[int] = []
    following: dict[str, int] = {}
    any_next = end
    for start in reversed(starts):
        own_next = following.get(start.caller, end)
        limits.append(any_next if start.row.everyone else own_next)
        following[start.caller] = any_next = start.index
    return limits[::-1]


def _splat(start: _Start, lines: Sequence[Line]) -> Splat:
    row = start.row
    words = [line.text for line in lines]
    text = words[: _end_of(row.ends, words)]
    stack = _first_stack(lines[: len(text)], row)
    groups = {k: base_name(v) for k, v in start.match.groupdict().items() if v}
    held = [m["function"] for m in map(_HELD.search, text) if m][:1]
    functions = stack.functions or tuple(groups[x] for x in ("in",) if x in groups) or tuple(held)
    values = {
        **groups,
        **_details(row, words),
        "function": functions[0] if functions else "",
        "held": "".join(held),
    }
    return Splat(
        kind=row.kind,
        title=_title(row.title, values),
        functions=functions,
        text="\n".join(text),
        line=lines[0].number + 1,
        frames=stack.frames,
    )


def _first_stack(lines: Sequence[Line], row: Row) -> Stack:
    """The stack that begins first, read from its caller's lines alone."""
    whose: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        whose.setdefault(line.caller, []).append(index)
    found: list[tuple[int, Stack]] = []
    for own in whose.values():
        stack = read_stack([lines[index].text for index in own], row)
        if stack.frames:
            found.append((own[stack.begins], stack))
    return min(found, key=itemgetter(0))[1] if found else Stack()


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
