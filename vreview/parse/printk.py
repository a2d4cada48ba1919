# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a console's lines out of what serial lines and printk put around them.

Accepts "<6>[    1.234567][   T12] text", each part optional, the other ways of dmesg to write the
time ("[Sat Nov 28 00:00:00 2026]", "[  +0.000012]"), carriage returns, escape sequences and bytes
of the firmware. Two messages on one line, the newline between them lost, are two lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST_LINE = 1000

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[A-Za-z=>])|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_CALLER = r"\[ *(?P<caller>[TC]\d+)\] ?"
_TIME = (
    r"\[ *\+?\d+\.\d+\] ?"
    r"|\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}\] ?"
)
_PREFIX = re.compile(rf"(?:<\d+>)?(?P<time>{_TIME})?(?:{_CALLER})?")
_JOINED = re.compile(r"(?<=[^>])(?=\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? )")


@dataclass(frozen=True, slots=True)
class Line:
    """``number`` counts the log's lines from 0; ``caller`` is "T12" (a task) or "C0" (a CPU outside
    of one), empty where the log has none; ``stamped``: it has a time."""

    number: int
    caller: str
    text: str
    stamped: bool


def console_lines(console: str) -> list[Line]:
    """The lines in order. One without a caller belongs to the caller of the line before it."""
    plain = _ESCAPES.sub("", console.replace("\r\n", "\n").replace("\r", "\n"))
    lines: list[Line] = []
    caller = ""
    for number, whole in enumerate(plain.split("\n")):
        for part in _JOINED.split(whole[:_LONGEST_LINE]):
            prefix = _PREFIX.match(part)
            assert prefix is not None  # everything in it is optional
            caller = prefix["caller"] or caller
            text = part[prefix.end() :].rstrip()
            lines.append(Line(number, caller, text, prefix["time"] is not None))
    return lines
