# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch to ask about what a build or a run showed.

By the place where there is one, else by the functions on the stack that a patch changed; with
neither nobody is asked in particular. A function that the compiler put into its caller is on the
stack only where the lines of its frames were looked up. Findings of the rules are attributed by
``app.lint``.
"""

from __future__ import annotations

from collections.abc import Sequence

from vreview.logic.attribution import attribute
from vreview.logic.touched import functions_changed
from vreview.model.observation import Observation, Origin
from vreview.model.review import Finding
from vreview.model.series import Series
from vreview.model.trial import Splat
from vreview.parse.stack import base_name, functions_named

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def blamed(seen: Observation, series: Series, *, splat: Splat | None = None) -> Finding:
    """The observation with the patch and hunk that it leads to, None where it leads nowhere.

    ``splat`` is what the observation was made from. Its stack is searched from the inside out,
    then what the report names elsewhere (who freed the memory, who took the other lock); of
    several patches that changed a function the last is named. A note says what was found.
    """
    if seen.place.file and seen.origin is not Origin.CONSOLE:
        return attribute(seen, series)
    if splat is None:
        return Finding(seen)
    changed = _last_changes(series)
    inlined = _inlined(splat)
    for depth, function in enumerate(splat.functions):
        for inner in inlined.get(function, ()):
            if inner in changed:
                words = f"{inner}(), which is inlined into {function}() ({_frame(depth)})"
                return _finding(seen, series, changed[inner], words)
        if function in changed:
            return _finding(seen, series, changed[function], f"{function}() ({_frame(depth)})")
    elsewhere = [name for name in functions_named(splat.text) if name in changed]
    for function in elsewhere[:1]:
        words = f"{function}(), which the report names, not on the stack"
        return _finding(seen, series, changed[function], words)
    return Finding(seen, notes=("no changed function on the stack",) if splat.functions else ())


def _inlined(splat: Splat) -> dict[str, tuple[str, ...]]:
    """For each function of the stack those that the address lies in, inlined into it."""
    return {
        base_name(frame.function): tuple(place.function for place in frame.at[:-1])
        for frame in reversed(splat.frames)
        if not frame.guess
    }


def _finding(seen: Observation, series: Series, place: tuple[int, int], words: str) -> Finding:
    patch, hunk = place
    return Finding(seen, patch, hunk, notes=(f"patch {patch}/{_total(series)} changed {words}",))


def _total(series: Series) -> int:
    return max((series.total, *(patch.n for patch in series.patches)))


def _last_changes(series: Series) -> dict[str, tuple[int, int]]:
    """For each function that the series changes, the last patch and the first hunk in it."""
    changes: dict[str, tuple[int, int]] = {}
    for patch in series.patches:
        mine: dict[str, int] = {}
        for diff in patch.files:
            mine = functions_changed(diff) | mine
        changes |= {name: (patch.n, hunk) for name, hunk in mine.items()}
    return changes


def _frame(depth: int) -> str:
    known: Sequence[str] = _ORDINALS
    return f"{known[depth]} frame" if depth < len(known) else f"frame {depth + 1}"
