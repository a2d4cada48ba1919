# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a function of the tip lay in each state of its file, and which steps changed it.

Works on hunks and line numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vreview.logic.attribution import Edit, disturbance, span_before


@dataclass(frozen=True, slots=True)
class Followed:
    """``lines``: first and last line in each state, from the base to the tip; where the function
    did not exist they are those between which it was put. ``changed``: the steps (from 1) that
    added or took out one of its lines."""

    lines: tuple[tuple[int, int], ...]
    changed: tuple[int, ...]

    @property
    def between(self) -> range:
        """The states after the first of these steps and before the last one."""
        return range(self.changed[0], self.changed[-1]) if len(self.changed) > 1 else range(0)


def followed(first: int, last: int, edits: Sequence[Edit]) -> Followed:
    """The lines from ``first`` to ``last`` of the tip, back through all edits of their file."""
    lines = [(first, last)]
    changed: list[int] = []
    for number in range(len(edits), 0, -1):
        edit = edits[number - 1]
        if disturbance(*lines[-1], (edit,)) is not None:
            changed.append(number)
        lines.append(span_before(*lines[-1], edit))
    return Followed(tuple(reversed(lines)), tuple(reversed(changed)))
