# SPDX-License-Identifier: GPL-2.0-or-later
"""Which suites a series gets: those that want its files, and those that were asked for."""

from __future__ import annotations

from collections.abc import Sequence

from vreview.errors import InputError
from vreview.ports import TestSuite


def chosen(
    suites: Sequence[TestSuite], touched: Sequence[str], *, asked: Sequence[str] = ()
) -> tuple[TestSuite, ...]:
    """The suites to run, in their order. Raises InputError for an asked one that is unknown."""
    known = {suite.name for suite in suites}
    for name in asked:
        if name not in known:
            raise InputError(
                f"there is no suite {name!r}", hint=f"known: {', '.join(sorted(known))}"
            )
    return tuple(s for s in suites if s.name in asked or s.wanted(touched))
