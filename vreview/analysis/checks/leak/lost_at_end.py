# SPDX-License-Identifier: GPL-2.0-or-later
"""The function ends well and loses what only a local variable names.

Silent where it was stored, returned, or handed to a call that may keep it.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import NOT_LOST, converted, hit, in_a_list, usual_release
from vreview.analysis.exits import freed_at_scope_end, in_a_macro
from vreview.analysis.expr import Expr, K, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Node, Op
from vreview.analysis.held import mentioned
from vreview.analysis.hit import Hit

RULE = "lost-at-end"


def _stored_somewhere(function: FunctionFacts, name: str) -> bool:
    """The function stores it outside on some path, or puts it in a list: in a loop, perhaps, that
    surely runs."""
    names = function.tested.same(name) | converted(function, name)
    return in_a_list(function, names) or any(
        expr.kind is K.ASSIGN
        and len(expr.kids) == 2
        and expr.kids[0].kind is not K.NAME
        and name in mentioned(expr.kids[1], carrying=True)
        for expr in function.expressions()
    )


def _returned_from(function: FunctionFacts, expr: Expr | None, key: str) -> bool:
    """A member of it is returned: who has that finds the object by it."""
    if expr is None or not expr.key:
        return False
    sources = {
        source.key
        for node in function.graph.nodes
        if node.expr is not None
        for target, source in _assigned(node)
        if target == expr.key
    }
    return any(source.startswith(f"{key}->") for source in sources)


def _assigned(node: Node) -> Iterator[tuple[str, Expr]]:
    if node.op is Op.DECLARE and node.expr is not None:
        yield node.name, node.expr
    for expr in walk(node.expr) if node.expr is not None else ():
        if expr.kind is K.ASSIGN and expr.text == "=" and len(expr.kids) == 2:
            yield expr.kids[0].key, expr.kids[1]


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
        if _returned_from(function, exit_.moment.expr, resource.key):
            continue
        releases = function.exits.custody.undoing(resource)
        if any(e.step.call in releases for e in function.exits.custody.elsewhere):
            continue  # the counterpart gives such a one back, under whatever name
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
