# SPDX-License-Identifier: GPL-2.0-or-later
"""A path drops a lock that it has dropped before, or that only other paths to the line hold.

Silent where a call in between may have taken or dropped the lock.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.locks import UNSURE, paired
from vreview.analysis.summary import lock_key

RULE = "unlock-without-lock"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each line that drops a lock which is not held there."""
    drops = list(_drops(function, file))
    held = {(key, family, m.line) for m, key, family in drops if _holds(m, key, family)}
    entry = {
        (key, family)
        for m, key, family in drops
        if not _holds(m, key, family) and (key, family) not in m.state.shed
    }
    told: set[tuple[str, int]] = set()
    for moment, key, family in drops:
        state = moment.state
        before = state.shed.get((key, family), "")
        if state.blind or _holds(moment, key, family) or before == UNSURE or "[" in key:
            continue
        if (key, moment.line) in told or not before:
            continue
        told.add((key, moment.line))
        # On other paths the line drops what is held: a shared label. Else it may be a habit.
        weak = (key, family, moment.line) not in held or (key, family) in entry
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=key,
            words=(
                ("lock", key),
                ("call", moment.expr.text if moment.expr else ""),
                ("before", before),
            ),
            steps=(
                *state.steps(),
                HitStep(moment.line, f"drops {key}, which line {before} dropped"),
            ),
            weak=weak,
        )


def _drops(function: FunctionFacts, file: FileFacts) -> Iterator[tuple[Moment, str, str]]:
    pairs = paired(function.graph, file.knowledge)
    for moment in function.flow.calls():
        call = moment.expr
        if call is None:
            continue
        drop = file.knowledge.drops.get(call.text)
        if drop is None and call.text in pairs and not pairs[call.text][1]:
            drop = pairs[call.text][0]
        key = lock_key(call, drop.arg) if drop is not None else ""
        if drop is not None and key:
            yield moment, key, drop.family


def _holds(moment: Moment, key: str, family: str) -> bool:
    return any(h.key == key and h.family == family for h in moment.state.locks)
