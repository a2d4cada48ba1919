# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads where the processors of a guest stood that was asked by an NMI, because it hung.

Accepts what an x86 kernel prints with unknown_nmi_panic and panic_print=0x40: a panic whose stack
goes through the NMI to what it interrupted, then "NMI backtrace for cpu N" for each other CPU. The
text is hostile: it is only matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vreview.model.trial import Frame, Splat
from vreview.parse.printk import console_lines
from vreview.parse.splats.passing import BUSY, HELPERS
from vreview.parse.stack import base_name, interrupted

KIND = "hang"

_ASKED = re.compile(r"Kernel panic - not syncing: NMI: Not continuing")
_OTHER = re.compile(r"NMI backtrace for cpu \d+")
_END = re.compile(r"Sending NMI from CPU|Kernel Offset:|---\[ end Kernel panic|=+$")
_WHO = re.compile(r"CPU: (?P<cpu>\d{1,5}) (?:UID: \d+ )?PID: \d+ Comm: (?P<comm>.{1,15}?) ")
_IDLE = frozenset({"do_idle", "cpu_startup_entry", "default_idle_call", "rest_init"})
_MOST_CPUS = 64
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Stood:
    """Where one processor stood. ``functions`` innermost first, without those that only report;
    none of them for user space. ``str()`` is a clause for a report."""

    cpu: int
    comm: str
    functions: tuple[str, ...]
    frames: tuple[Frame, ...]
    text: str
    line: int

    @property
    def idle(self) -> bool:
        return not _IDLE.isdisjoint(self.functions)

    def __str__(self) -> str:
        if self.idle:
            return f"CPU {self.cpu} was idle"
        if not self.functions:
            return f"CPU {self.cpu} was in user space ({self.comm})"
        return f"CPU {self.cpu} stood in {' < '.join(self.functions[:_SHOWN])} ({self.comm})"


def stood_at(answer: str, *, first_line: int = 0) -> tuple[Stood, ...]:
    """Each processor that the text speaks of, by its number; ``first_line`` lines of the console
    came before the text."""
    lines = [line.text for line in console_lines(answer)]
    found: dict[int, Stood] = {}
    for begin, part in _parts(lines):
        who = next(filter(None, map(_WHO.match, part)), None)
        if who is None or len(found) == _MOST_CPUS:
            continue
        frames = interrupted(part)
        names = [base_name(frame.function) for frame in frames]
        functions = tuple(name for name in names if not HELPERS.fullmatch(name))
        cpu, text = int(who["cpu"]), "\n".join(part)
        one = Stood(cpu, who["comm"], functions, frames, text, first_line + begin + 1)
        found.setdefault(cpu, one)
    return tuple(found[cpu] for cpu in sorted(found))


def hang_splats(stood: Iterable[Stood]) -> tuple[Splat, ...]:
    """A splat for each processor that was busy in the kernel: the hang's own stack."""
    return tuple(
        Splat(
            KIND, f"hang in {_blamed(one.functions)}", one.functions, one.text, one.line, one.frames
        )
        for one in stood
        if one.functions and not one.idle
    )


def _blamed(functions: Sequence[str]) -> str:
    """The innermost function that does not only wait for a lock."""
    return next((name for name in functions if not BUSY.fullmatch(name)), functions[0])


def _parts(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The lines that speak of one processor, with the index of the first."""
    begin: int | None = None
    for index, line in enumerate((*lines, "Kernel Offset:")):
        starts = _ASKED.match(line) or _OTHER.match(line)
        if begin is not None and (starts or _END.match(line)):
            yield begin, list(lines[begin:index])
            begin = None
        if starts:
            begin = index
