# SPDX-License-Identifier: GPL-2.0-or-later
"""A struct on the stack is set member by member, and handed to somebody who reads the others.

Which structs have members that everybody else clears is knowledge (``zeroed_structs``); for
functions of the file, the members that they read are seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, names_in, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Node, Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.tested import normal

RULE = "partly-set-struct"
_SETS = ("memset", "memcpy", "memmove", "init", "zero", "clear", "fill", "copy_from", "get", "read")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each struct: the first call that it is handed to."""
    nodes = function.graph.nodes
    for index, node in enumerate(nodes):
        if node.op is not Op.DECLARE or node.expr is not None:
            continue
        words = node.type.split()
        if len(words) != 2 or words[0] != "struct" or "*" in node.type or "[" in node.type:
            continue
        found = _handed(nodes[index + 1 :], node.name)
        if found is None:
            continue
        call, position, members = found
        missing = ""
        if words[1] not in file.knowledge.zeroed_structs:
            missing = _read_unset(file, call, position, members)
            if not missing:
                continue
        yield _hit(function, node, words[1], call, missing)


def _hit(function: FunctionFacts, node: Node, struct: str, call: Expr, missing: str) -> Hit:
    what = f"{call.text}() reads `{missing}` of it" if missing else "the others hold old stack"
    return Hit(
        rule=RULE,
        function=function.name,
        line=call.line,
        subject=f"{struct}: {missing or node.name}",
        words=(("struct", struct), ("variable", node.name), ("callee", call.text)),
        steps=(
            HitStep(node.line, f"`{node.name}` is declared, and neither here nor later cleared"),
            HitStep(call.line, f"some members are set; {what}"),
        ),
        weak=bool(missing),
    )


def _handed(nodes: tuple[Node, ...], name: str) -> tuple[Expr, int, frozenset[str]] | None:
    """The first call that gets ``&name``, and the members that were set before: only where these
    are the first things that happen to it, in the order of the text."""
    members: set[str] = set()
    for node in nodes:
        if node.expr is None or name not in names_in(node.expr):
            continue
        if node.expr.kind is K.ASSIGN and node.expr.kids[0].key == name:
            return None
        member = _member(node.expr, name)
        if member:
            members.add(member)
            continue
        for expr in walk(node.expr):
            if expr.kind is K.CALL:
                members |= _given(expr, name)
                for position, kid in enumerate(expr.kids):
                    if kid.kind is K.ADDRESS and kid.kids and kid.kids[0].key == name:
                        if not members or any(word in expr.text for word in _SETS):
                            return None
                        return expr, position, frozenset(members)
        if not members:
            return None
    return None


def _given(call: Expr, name: str) -> set[str]:
    """Members that the call gets: it may set them."""
    inner = (kid.kids[0] if kid.kind is K.ADDRESS and kid.kids else kid for kid in call.kids)
    return {kid.text for kid in inner if kid.kind is K.MEMBER and kid.kids[0].key == name}


def _member(expr: Expr, name: str) -> str:
    """The member that ``name.member = …`` or ``name.member.x = …`` sets."""
    target = expr.kids[0] if expr.kind is K.ASSIGN and expr.kids else None
    last = ""
    while target is not None and target.kind in (K.MEMBER, K.INDEX) and target.kids:
        last = target.text if target.kind is K.MEMBER else last
        if target.arrow:
            return ""
        target = target.kids[0]
    return last if target is not None and target.key == name else ""


def _read_unset(file: FileFacts, call: Expr, position: int, members: frozenset[str]) -> str:
    """A member that the callee, a function of the file, reads and that was not set."""
    callee = next((f for f in file.functions if f.name == call.text), None)
    if callee is None or position >= len(callee.function.parameters):
        return ""
    parameter = callee.function.parameters[position]
    read: list[str] = []
    written: set[str] = set()
    for expr in callee.expressions():
        if expr.kind is K.CALL and any(word in expr.text for word in _SETS):  # an array, perhaps
            written |= {normal(kid.key) for kid in expr.kids if kid.kind is K.MEMBER}
        if expr.kind is K.ASSIGN and expr.kids:
            written.add(normal(expr.kids[0].key).split("[", 1)[0])
        if expr.kind is K.MEMBER and expr.arrow and expr.kids[0].key == parameter:
            read.append(expr.text)
    return next((m for m in read if m not in members and f"{parameter}->{m}" not in written), "")
