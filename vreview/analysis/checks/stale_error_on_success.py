# SPDX-License-Identifier: GPL-2.0-or-later
"""Success runs on into the error label and returns the error that was set for the last failure.

Reported only where no path of the function returns anything but an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "stale-error-on-success"
_SET_BEFORE = frozenset({V.NEG_ERRNO, V.POS_ERRNO})
_ERRORS = _SET_BEFORE | {V.MINUS_ONE, V.NEGATIVE, V.NONZERO, V.ERR_PTR}


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """At most one hit a function: the return that success reaches."""
    del file
    returns = [m for m in function.flow.returns() if m.expr is not None]
    if not returns or not all(_is_error(m) for m in returns):
        return
    for moment in returns:
        value = moment.value
        if value is None or moment.state.fell <= 0 or value.kind not in _SET_BEFORE:
            continue
        sign = "-" if value.kind is V.NEG_ERRNO else ""
        errno = f"{sign}{value.name}"
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.state.fell,
            subject=value.name,
            words=(("errno", errno), ("function", function.name)),
            steps=(
                *moment.state.steps(),
                HitStep(moment.line, f"returns {errno}, set on line {value.site}"),
            ),
        )
        return


def _is_error(moment: Moment) -> bool:
    return moment.value is not None and moment.value.kind in _ERRORS and not moment.state.blind
