# SPDX-License-Identifier: GPL-2.0-or-later
"""The function ends well and loses what only a local variable names.

Silent where it was stored, returned, or handed to a call that may keep it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.checks.leak._words import NOT_LOST, hit, usual_release
from vreview.analysis.exits import freed_at_scope_end, in_a_macro
from vreview.analysis.expr import K, root_name
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.held import mentioned
from vreview.analysis.hit import Hit

RULE = "lost-at-end"
_LISTS = re.compile(r"list_(add|move|insert)|rb_(link|insert)|hash_add|_enqueue|queue_tail")


def _stored_somewhere(function: FunctionFacts, name: str) -> bool:
    """The function stores it outside on some path, or puts it in a list: in a loop, perhaps, that
    surely runs."""
    names = function.tested.same(name)
    return any(
        (
            expr.kind is K.ASSIGN
            and len(expr.kids) == 2
            and expr.kids[0].kind is not K.NAME
            and name in mentioned(expr.kids[1], carrying=True)
        )
        or (
            expr.kind is K.CALL
            and _LISTS.search(expr.text) is not None
            and any(kid.kind is K.ADDRESS and root_name(kid) in names for kid in expr.kids)
        )
        for expr in function.expressions()
    )


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each object."""
    seen: set[tuple[str, int]] = set()
    for exit_, resource in function.exits.lost("success", "end", "unknown", "call"):
        if not resource.local or resource.kind in NOT_LOST or resource.kind == "registration":
            continue
        if resource.gone or (resource.key, resource.line) in seen:
            continue
        if resource.key in freed_at_scope_end(function, file.lines):
            continue
        seen.add((resource.key, resource.line))
        if _stored_somewhere(function, resource.key) or in_a_macro(resource.key, file.lines):
            continue
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=usual_release(function, resource),
            last=f"returns; nothing names what `{resource.key}` held any more",
        )
