# SPDX-License-Identifier: GPL-2.0-or-later
"""Which functions a series works on more than once: the only ones that can be broken in between.

Works on hunks and line numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from vreview.logic.attribution import Edit, disturbance, span_before


def steps_in(first: int, last: int, edits: Sequence[Edit]) -> tuple[int, ...]:
    """The steps (from 1) that added or took out a line between ``first`` and ``last`` of the tip.

    ``edits`` are all edits of the file in the order of the patches. The span is followed back
    through them, so the lines are those that it had after each step.
    """
    found: list[int] = []
    for number in range(len(edits), 0, -1):
        edit = edits[number - 1]
        if disturbance(first, last, (edit,)) is not None:
            found.append(number)
        first, last = span_before(first, last, edit)
    return tuple(reversed(found))


def states_between(steps: Sequence[int]) -> range:
    """The states of the file after the first of the steps and before the last one."""
    return range(steps[0], steps[-1]) if len(steps) > 1 else range(0)
