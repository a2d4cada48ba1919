# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers in commit messages and cover letters, computed once more.

Text in, claims out: it knows no rules, no trees, and no C. A claim is reported when no values that
round to the printed figures bear it out.
"""

from __future__ import annotations

from vreview.logic.claims.barriers import BARRIERS, check_barriers
from vreview.logic.claims.beside import UNTOLD, check_beside, check_untold
from vreview.logic.claims.diffstat import DIFFSTAT, check_diffstat
from vreview.logic.claims.prose import CHANGE, DIRECTION, check_prose
from vreview.logic.claims.said import Claim, Message, messages
from vreview.logic.claims.sizes import SIZES, check_sizes
from vreview.logic.claims.tables import COLUMN, check_tables
from vreview.logic.claims.unfounded import (
    UNFOUNDED,
    UNMEASURED,
    check_unfounded,
    check_unmeasured,
)
from vreview.model.series import Series

__all__ = ["NAMES", "Claim", "Message", "claims_in", "claims_of"]

NAMES = frozenset(
    {BARRIERS, CHANGE, COLUMN, DIFFSTAT, DIRECTION, SIZES, UNFOUNDED, UNMEASURED, UNTOLD}
)
"""The checks of the text, by the names that rules call them by."""


def claims_in(series: Series) -> tuple[Claim, ...]:
    """Everything in the series' mails that its own figures contradict, in the mails' order."""
    whole = not series.missing and not any(p.damage for p in series.patches)
    return claims_of(messages(series), whole=whole)


def claims_of(said: tuple[Message, ...], *, whole: bool = True) -> tuple[Claim, ...]:
    """``claims_in`` for texts; ``whole``: they are all of the series."""
    found = [
        claim
        for message in said
        for check in (check_prose, check_tables, check_sizes, check_untold, check_barriers)
        for claim in check(message)
    ]
    found += [claim for message in said for claim in check_beside(message, check=CHANGE)]
    found += check_diffstat(said, whole=whole)
    found += check_unfounded(said)
    found += check_unmeasured(said)
    order = {id(message): place for place, message in enumerate(said)}
    found.sort(key=lambda c: (order[id(c.message)], c.line, c.check, c.subject))
    return tuple(found)
