# SPDX-License-Identifier: GPL-2.0-or-later
"""A path puts an object into a list that others walk, and frees it without taking it out."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.freed import ended
from vreview.analysis.hit import Hit, HitStep

RULE = "freed-while-listed"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each line that puts a node into a list."""
    if file.knowledge.links.isdisjoint(c.call for c in function.summary.calls):
        return
    told: set[int] = set()
    for moment in function.flow.calls():
        call, state = moment.expr, moment.state
        if call is None or not state.linked:
            continue
        if not file.world.calls_below(call.text).isdisjoint(file.knowledge.unlinks):
            continue
        for key, freed in ended(call, file.knowledge, file.world):
            for node, link in state.linked.items():
                holder = node.split("->", 1)[0]
                if holder != key or not freed.sure or not link.head or link.line in told:
                    continue
                if _ends_list(link.head, moment.line, function, file):
                    continue
                told.add(link.line)
                yield Hit(
                    rule=RULE,
                    function=function.name,
                    line=moment.line,
                    subject=f"{node}: {link.head}",
                    words=(
                        ("object", key), ("node", node), ("list", link.head), ("free", call.text)
                    ),
                    steps=(
                        *state.steps(),
                        HitStep(moment.line, f"`{call.text}()` frees `{key}`, still in the list"),
                    ),
                )  # fmt: skip


def _ends_list(head: str, line: int, function: FunctionFacts, file: FileFacts) -> bool:
    """The list itself goes below, or begins anew."""
    for expr in function.expressions():
        if expr.kind is not K.CALL or expr.line < line:
            continue
        if expr.text in ("INIT_LIST_HEAD", "INIT_HLIST_HEAD"):
            return True
        for key, _ in ended(expr, file.knowledge, file.world):
            if head.startswith(f"{key}->"):
                return True
    return False
