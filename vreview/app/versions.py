# SPDX-License-Identifier: GPL-2.0-or-later
"""The version of a series before: read as the new one is, to be compared with it.

Its own base is tried before the one that was asked for; when it applies to neither, its hunks' own
text is read, and then nothing is called new. Compares nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vreview.app.lint import LintResult
from vreview.logic.settle import Version
from vreview.model.review import Applied
from vreview.model.series import Series

Apply = Callable[[Series, str | None], Applied]
Lint = Callable[[Series, Applied | None], LintResult]


def version_of(series: Series, result: LintResult) -> Version:
    """What was found in ``series``, fit to be compared with another version of it."""
    limits = (
        ()
        if result.whole
        else (f"v{series.version} could not be read whole: nothing is called new since then",)
    )
    return Version(series.version, result.findings, result.whole, frozenset(series.paths), limits)


def earlier(series: Series, *, apply: Apply | None, lint: Lint, base: str | None) -> Version:
    """The version before with what was found in it. ``apply`` is None without a tree."""
    if apply is None:
        return version_of(series, lint(series, None))
    for tried in dict.fromkeys((None, base)):
        applied = apply(series, tried)
        if applied.complete:
            return version_of(series, lint(series, applied))
    why = f"v{series.version} does not apply: only its hunks' own text was compared"
    return replace(version_of(series, lint(series, None)), whole=False, limits=(why,))
