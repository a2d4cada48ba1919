# SPDX-License-Identifier: GPL-2.0-or-later
"""A suite's boots, and some more of both sides where only the series shows something.

One failure is no proof: it is repeated before it is told. Does not judge (``logic.repeats``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from vreview.app.observed import shown
from vreview.app.trial import Exercise, Lab, Side, run_sides
from vreview.logic.repeats import counted, worth_repeating
from vreview.model.kernel import Kernel
from vreview.model.observation import Observation
from vreview.model.trial import Run

MOST_S = 600.0
"""No further repetition is begun after so long: a hang costs its whole deadline each time."""


def run_repeated(
    kernels: Mapping[Side, Kernel],
    exercise: Exercise,
    *,
    lab: Lab,
    again: int,
    clock: Callable[[], float],
    settled: Callable[[Observation], bool] = lambda _: False,
) -> Mapping[Side, tuple[Run, ...]]:
    """Both sides' runs, first to last.

    What one boot a side shows with the series alone is repeated ``again`` times on both sides,
    unless all of it is ``settled``; more than one boot that was asked for stand for themselves.
    """
    done = run_sides(kernels, exercise, lab=lab)
    if exercise.boots > 1 or not again or not _doubtful(done, settled):
        return done
    begun = clock()
    for number in range(2, again + 2):
        if clock() - begun > MOST_S:
            break
        more = run_sides(kernels, replace(exercise, first=number), lab=lab)
        done = {side: (*done[side], *more[side]) for side in done}
    return done


def _doubtful(done: Mapping[Side, tuple[Run, ...]], settled: Callable[[Observation], bool]) -> bool:
    if len(done) < len(Side):
        return False
    base, tip = (shown(done[side]) for side in Side)
    return worth_repeating(one for one in counted(base, tip) if not settled(one.observation))
