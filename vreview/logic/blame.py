# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch to ask about what a build or a run showed.

By the place where there is one, else by the functions on the stack that a patch changed; with
neither nobody is asked in particular. Findings of the rules are attributed by ``app.lint``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vreview.logic.attribution import attribute
from vreview.model.observation import Observation, Origin
from vreview.model.review import Finding
from vreview.model.series import Patch, Series

_DEFINED = re.compile(rb"^[A-Za-z_][\w \t*]*?\b([A-Za-z_]\w*)\(")


def blamed(seen: Observation, series: Series, *, stack: Sequence[str] = ()) -> Finding:
    """The observation with the patch and hunk that it leads to, None where it leads nowhere.

    ``stack`` are the functions of a splat, innermost first.
    """
    if seen.place.file and seen.origin is not Origin.CONSOLE:
        return attribute(seen, series)
    for function in stack:
        for patch in reversed(series.patches):
            hunk = _changes(patch, function)
            if hunk:
                return Finding(seen, patch.n, hunk)
    return Finding(seen)


def _changes(patch: Patch, function: str) -> int:
    """The number, from 1 in its file, of a hunk in or around the function; 0 for none."""
    for diff in patch.files:
        for number, hunk in enumerate(diff.hunks, start=1):
            names = {m[1].decode() for line in hunk.new if (m := _DEFINED.match(line))}
            section = _DEFINED.match(hunk.section.encode(errors="replace"))
            if function in names or (section and section[1].decode() == function):
                return number
    return 0
