# SPDX-License-Identifier: GPL-2.0-or-later
"""What the table of splats knows of one kind: a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from vreview.model.observation import Severity


class Ends(Enum):
    """Where a splat's text ends, if nothing else starts before."""

    END_TRACE = re.compile(r"---\[ end (?:trace|Kernel panic)")
    STACK = None
    RULER = re.compile(r"^={20,}$")


CALL_TRACE = re.compile(r" *(?:Call [Tt]race:|stack backtrace:)")
"""What stands before most stacks."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of splat.

    ``start`` matches the first line (after its timestamp). ``title`` may use ``{function}``, the
    innermost function that is not a helper, ``{held}``, where the lock held last was taken, and
    the named groups of ``start`` and of ``details``, which is searched in the lines after the
    first. ``needs`` must be found in the lines that follow, else the row does not apply.
    ``absorbs`` names the kinds whose first line belongs to this splat while it goes on.
    ``through`` are further functions that are on the way to the interesting one.

    The stack begins after the first line that ``stack`` matches; the one after a line that
    ``skips`` matches is somebody else's. ``everyone``: several CPUs print it together.
    ``ensues``: it is no splat of its own after one of the same task that could absorb it.
    ``loose``: the first line says so little that only the kernel itself is believed, not a program
    that prints to the same console.
    """

    kind: str
    start: re.Pattern[str]
    title: str
    ends: Ends = Ends.STACK
    absorbs: tuple[str, ...] = ()
    through: re.Pattern[str] | None = None
    details: re.Pattern[str] | None = None
    needs: re.Pattern[str] | None = None
    stack: re.Pattern[str] = CALL_TRACE
    skips: re.Pattern[str] | None = None
    everyone: bool = False
    loose: bool = False
    ensues: bool = False
    severity: Severity = Severity.ERROR


def row(
    kind: str,
    start: str,
    title: str,
    *,
    ends: Ends = Ends.STACK,
    absorbs: tuple[str, ...] = (),
    through: re.Pattern[str] | None = None,
    details: str | None = None,
    needs: str | None = None,
    stack: str | None = None,
    skips: str | None = None,
    everyone: bool = False,
    loose: bool = False,
    ensues: bool = False,
    severity: Severity = Severity.ERROR,
) -> Row:
    """A row whose patterns are given as text."""
    return Row(
        kind,
        re.compile(start),
        title,
        ends,
        absorbs,
        through,
        re.compile(details) if details else None,
        re.compile(needs) if needs else None,
        re.compile(stack) if stack else CALL_TRACE,
        re.compile(skips) if skips else None,
        everyone,
        loose,
        ensues,
        severity,
    )


def warned_in(file: str) -> str:
    """What the first line of a WARN() of this source file looks like, in old and new kernels."""
    return rf"WARNING: (?:CPU: \d+ PID: \d+ at )?(?:\[.*\] )?{re.escape(file)}:\d+ "


PANICS = (
    "panic",
    "panic-init",
    "panic-no-init",
    "panic-root",
    "panic-oom",
    "stack-protector",
    "stack-end",
)
OOPSES = ("oops", "internal-error", "invalid-opcode", *PANICS)
"""The kinds that the first lines of a dying kernel's report look like."""
TRAPS = (*OOPSES, "bug", "warning")
"""What follows when a check prints its own words first, and then traps."""
