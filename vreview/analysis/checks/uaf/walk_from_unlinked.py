# SPDX-License-Identifier: GPL-2.0-or-later
"""The body of a walk takes the current entry out of the list, and the walk goes on from it.

So it does where the entry goes with the next grace period, unless the function is a reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "walk-from-unlinked"


_READS = frozenset({"rcu_read_lock", "rcu_read_lock_bh", "srcu_read_lock", "guard"})


def _atomic(moment: Moment) -> bool:
    """A lock is held that keeps the grace period from ending here."""
    return any("spin" in lock.family or "raw" in lock.family for lock in moment.state.locks)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each line that takes the entry out."""
    names = {c.call for c in function.summary.calls}
    ends = file.knowledge.stranding
    if names.isdisjoint(_READS):
        ends |= file.knowledge.deferred
    if ends.isdisjoint(names):
        return
    told: set[int] = set()
    for moment in function.flow.moments:
        if moment.kind is not Seen.STEP or moment.expr is None:
            continue
        for node, link in moment.state.linked.items():
            if link.head or not node.startswith(f"{moment.expr.key}->") or link.line in told:
                continue
            if link.call not in ends or (
                link.call not in file.knowledge.stranding and _atomic(moment)
            ):
                continue
            told.add(link.line)
            yield Hit(
                rule=RULE,
                function=function.name,
                line=link.line,
                subject=f"{node}: {link.call}",
                words=(("cursor", moment.expr.key), ("node", node), ("call", link.call)),
                steps=(
                    HitStep(link.line, f"`{link.call}()` ends `{node}`"),
                    HitStep(moment.line, f"the walk goes on from `{node}`"),
                ),
            )
