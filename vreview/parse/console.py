# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a kernel's console: its splats, and how the boot ended.

Accepts serial logs with or without timestamps ("[    1.234567]"), caller ids ("[T12]", "[C0]"),
carriage returns, escape sequences, bytes of the firmware, and an end anywhere. The text is
hostile: it is only ever matched. Does not know where the log comes from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from vreview.parse.splats import CONSEQUENCES, HELPERS, ROWS, Ends, Row

GOING_DOWN = (
    r"Kernel panic - not syncing|Oops: |BUG: unable to handle|kernel NULL pointer|kernel BUG at"
    r"|general protection fault"
)
"""After one of these the kernel may still run, but nothing that it does can be relied upon."""

_MOST_LINES = 400
_MOST_SPLATS = 200
_LONGEST_LINE = 1000

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[A-Za-z=>])|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_PREFIX = re.compile(r"(?:<\d+>)?(?:\[ *\d+\.\d+\] ?)?(?:\[ *[TC]\d+\] ?)?")
_FRAME = re.compile(
    r" *(?:\[<[0-9a-f]+>\] *)?(?P<guess>\? )?(?P<function>[A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+"
)
_RIP = re.compile(r"RIP: 0010:(?P<function>[A-Za-z_][\w.]*)\+0x")
_LOCK = re.compile(r" *#\d+: ")
_LEFT = re.compile(r" *</[A-Z]+>")
_MARKER = re.compile(r" *</?[A-Z_]+>| *$| *Call [Tt]race:|R[A-Z0-9]{1,2}[:P]|Code:")
_STACK = re.compile(r" *(?:Call [Tt]race:|stack backtrace:)")
_HELD = re.compile(r"at: (?P<function>[A-Za-z_][\w.]*)\+0x")
_SUFFIX = re.compile(r"\.(?:constprop|isra|part|cold|llvm)\b.*")
_CHANGING = re.compile(r"\b0x[0-9a-f]+\b|\b[0-9a-f]{8,16}\b|\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?|\b\d+\b")
_ANY_START = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", row.start.pattern) for row in ROWS))


@dataclass(frozen=True, slots=True)
class _Start:
    row: Row
    match: re.Match[str]
    line: int


def parse_splats(console: str) -> tuple[Splat, ...]:
    """The splats of a console log, in order; one that comes again is given once.

    A panic that only follows from a splat before it ("Fatal exception") is part of that splat.
    """
    lines = clean_lines(console)
    starts = _starts(lines)
    splats: dict[tuple[str, str], Splat] = {}
    for n, start in enumerate(starts):
        limit = starts[n + 1].line if n + 1 < len(starts) else len(lines)
        splat = _splat(start, lines[start.line : min(limit, start.line + _MOST_LINES)])
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
    lines = clean_lines(console)
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


def clean_lines(console: str) -> list[str]:
    """The log's lines without what serial lines and printk put around them."""
    plain = _ESCAPES.sub("", console.replace("\r\n", "\n").replace("\r", "\n"))
    return [_PREFIX.sub("", line[:_LONGEST_LINE], count=1).rstrip() for line in plain.split("\n")]


def _starts(lines: Sequence[str]) -> list[_Start]:
    """Where splats begin. A line that an open splat absorbs does not begin one."""
    starts: list[_Start] = []
    ended = True
    for number, line in enumerate(lines):
        if starts and not ended and starts[-1].row.ends is not Ends.STACK:
            end = starts[-1].row.ends.value
            # A KASAN report has its ruler above the first line, too: that one is not seen here.
            ended = end is not None and end.search(line) is not None
        if not _ANY_START.search(line):
            continue
        found = _row_of(line)
        if found is None:
            continue
        row, match = found
        if starts and row.kind == "panic" and CONSEQUENCES.search(match["what"]):
            continue
        if starts and not ended and row.kind in starts[-1].row.absorbs:
            continue
        starts.append(_Start(row, match, number))
        ended = False
    return starts


def _row_of(line: str) -> tuple[Row, re.Match[str]] | None:
    for row in ROWS:
        # Anchored: a splat's first line begins with its words. A program that merely prints
        # them in the middle of a sentence is not one.
        match = row.start.match(line)
        if match:
            return row, match
    return None


def _splat(start: _Start, lines: Sequence[str]) -> Splat:
    stop = _end_of(start.row.ends, lines)
    text = lines[:stop]
    functions = _functions(text, through=start.row.through)
    groups = {k: _SUFFIX.sub("", v) for k, v in start.match.groupdict().items() if v}
    held = [m["function"] for m in map(_HELD.search, text) if m]
    if groups.get("in") and not functions:
        functions = (groups["in"],)
    values = {
        **groups,
        "function": functions[0] if functions else "",
        "held": held[-1] if held else "",
    }
    return Splat(
        kind=start.row.kind,
        title=_title(start.row.title, values),
        functions=functions,
        text="\n".join(text),
        line=start.line + 1,
    )


def _title(template: str, values: dict[str, str]) -> str:
    """The template filled in; " in " goes when there is no function, numbers and addresses too."""
    clean = {key: " ".join(_CHANGING.sub("N", value).split()) for key, value in values.items()}
    for name in ("function", "held", "in"):
        clean[name] = values.get(name, "")
    return template.format(**clean).removesuffix(" in ").strip()


def _end_of(ends: Ends, lines: Sequence[str]) -> int:
    """How many of ``lines`` belong to the splat; in a log that was cut, up to the last frame."""
    if ends.value is not None:
        for number, line in enumerate(lines[1:], start=1):
            if ends.value.search(line):
                return number + 1
    last = 0
    for number, line in enumerate(lines):
        if any(seen.match(line) for seen in (_STACK, _FRAME, _RIP, _LEFT, _LOCK)):
            last = number
    return last + 1


def _functions(lines: Sequence[str], *, through: re.Pattern[str] | None) -> tuple[str, ...]:
    """The first stack's functions, innermost first, without helpers and guesses ("? ")."""
    frames: list[str] = []
    guesses: list[str] = []
    inside = False
    rip = ""
    for line in lines:
        if not inside:
            found = _RIP.match(line)
            if found and not rip:
                rip = found["function"]
            inside = _STACK.match(line) is not None
            continue
        frame = _FRAME.match(line)
        if frame:
            (guesses if frame["guess"] else frames).append(frame["function"])
        elif (frames or guesses) and not _MARKER.match(line):
            break
    # Early in boot the unwinder has nothing to go by: then guesses are all there is.
    named = [_SUFFIX.sub("", name) for name in ([rip] if rip else []) + (frames or guesses)]
    if rip and len(named) > 1 and rip in named[1:]:
        # The stack goes through the exception's own entry first; the fault is where RIP says.
        named = named[named.index(rip, 1) :]
    kept = [name for name in named if not HELPERS.fullmatch(name)]
    skip = 0
    while through is not None and skip < len(kept) - 1 and through.fullmatch(kept[skip]):
        skip += 1
    return tuple(kept[skip:])
