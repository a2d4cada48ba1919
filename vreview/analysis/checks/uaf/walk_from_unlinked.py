# SPDX-License-Identifier: GPL-2.0-or-later
"""The body of a walk takes the current entry out of the list, and the walk goes on from it."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Seen
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "walk-from-unlinked"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each line that takes the entry out."""
    if file.knowledge.stranding.isdisjoint(c.call for c in function.summary.calls):
        return
    told: set[int] = set()
    for moment in function.flow.moments:
        if moment.kind is not Seen.STEP or moment.expr is None:
            continue
        for node, link in moment.state.linked.items():
            if link.head or not node.startswith(f"{moment.expr.key}->") or link.line in told:
                continue
            if link.call not in file.knowledge.stranding:
                continue
            told.add(link.line)
            yield Hit(
                rule=RULE,
                function=function.name,
                line=link.line,
                subject=f"{node}: {link.call}",
                words=(("cursor", moment.expr.key), ("node", node), ("call", link.call)),
                steps=(
                    HitStep(link.line, f"`{link.call}()` takes `{node}` out of the list"),
                    HitStep(moment.line, f"the walk goes on from `{node}`"),
                ),
            )
