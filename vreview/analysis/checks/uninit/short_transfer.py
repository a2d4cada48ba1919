# SPDX-License-Identifier: GPL-2.0-or-later
"""A transfer may move less than was asked for, and its whole buffer is read all the same.

Judged for buffers on the stack that nothing has set, and for results that are only tested for an
error. A function of the file that hands on such a result is a transfer, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vreview.analysis.expr import Expr, K, is_nought, names_in, root_name, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Graph, Node, Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.outargument import set_before
from vreview.analysis.unset import Unset, sets

RULE = "short-transfer"
_COMPARES = frozenset({"<", ">", "<=", ">=", "==", "!="})


@dataclass(frozen=True, slots=True, eq=False)
class Transfer:
    """``call`` at node ``index`` fills ``buffer``; its result is kept in ``result``, if at all."""

    index: int
    call: Expr
    buffer: Expr
    result: str


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each buffer, and one for a function that hands on short transfers."""
    known = file.knowledge.transfers
    callees = {fact.call for one in file.functions for fact in one.summary.calls}
    if known.keys().isdisjoint(callees) and not _mentions(file, known):
        return
    wrappers = dict(_wrappers(file, known))
    seen: set[str] = set()
    for transfer in _transfers(function.graph, {**known, **_positions(wrappers)}):
        read = _read_unset(function.graph, transfer)
        name = root_name(transfer.buffer)
        if read and name not in seen:
            seen.add(name)
            yield _hit(function, transfer, name, read)
    if function.name in wrappers and not seen:
        yield from _handed_on(function, file, *wrappers[function.name])


def _mentions(file: FileFacts, known: Mapping[str, int]) -> bool:
    return any(name.encode() in file.masked for name in known)


def _positions(wrappers: Mapping[str, tuple[int, Expr]]) -> dict[str, int]:
    return {name: position for name, (position, _) in wrappers.items()}


def _transfers(graph: Graph, known: Mapping[str, int]) -> Iterator[Transfer]:
    named = {**known, **dict(_aliases(graph, known))}
    for index, node in enumerate(graph.nodes):
        for expr in walk(node.expr) if node.expr is not None else ():
            position = named.get(expr.text, -1) if expr.kind is K.CALL else -1
            if 0 <= position < len(expr.kids):
                yield Transfer(index, expr, expr.kids[position], _kept_in(node, expr))


def _aliases(graph: Graph, known: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Local pointers to functions that hold one of the known ones."""
    for node in graph.nodes:
        expr = node.expr
        if expr is None or expr.kind is not K.ASSIGN:
            continue
        pointer, source = expr.kids
        if pointer.kind is K.NAME and source.kind is K.NAME and source.text in known:
            yield pointer.text, known[source.text]


def _kept_in(node: Node, call: Expr) -> str:
    if node.op is Op.DECLARE:
        return node.name if node.expr is call else ""
    for expr in walk(node.expr) if node.expr is not None else ():
        if expr.kind is K.ASSIGN and expr.text == "=" and expr.kids[1] is call:
            return expr.kids[0].key
    return ""


def _only_errors(graph: Graph, result: str) -> bool:
    """The result is compared with 0, and with nothing else; nobody else gets it but a message."""
    tested = False
    for node in graph.nodes:
        for expr in walk(node.expr) if node.expr is not None else ():
            if expr.kind is K.BINARY and expr.text in _COMPARES and len(expr.kids) == 2:
                sides = [_inner(kid) for kid in expr.kids]
                if not any(side.key == result for side in sides):
                    continue
                if any(side.kind is K.UNARY and side.text == "-" for side in sides):
                    continue
                if not any(map(is_nought, sides)) or expr.text not in ("<", ">="):
                    return False
                tested = True
            elif expr.kind in (K.BINARY, K.INDEX, K.UPDATE) and any(
                kid.key == result for kid in expr.kids
            ):
                return False
        if node.op is Op.SWITCH and node.expr is not None and node.expr.key == result:
            return False
        if node.op is Op.BRANCH and node.expr is not None and node.expr.key == result:
            return False
    return tested


def _inner(expr: Expr) -> Expr:
    return expr.kids[0] if expr.kind is K.ASSIGN and expr.kids else expr


def _read_unset(graph: Graph, transfer: Transfer) -> int:
    """The line on which the buffer, a bare local, is read behind the transfer; or 0."""
    name = root_name(transfer.buffer)
    bare = any(
        node.op is Op.DECLARE and node.name == name and node.expr is None and "*" not in node.type
        for node in graph.nodes
    )
    if not bare or not transfer.result or not _only_errors(graph, transfer.result):
        return 0
    if set_before(graph, transfer.index, name):
        return 0
    reached = Unset(graph).reached(transfer.index)
    lines = [
        node.line
        for index, node in enumerate(graph.nodes)
        if index in reached
        and index != transfer.index
        and node.expr is not None
        and name in names_in(node.expr)
        and not _sets_whole(node, name)
    ]
    return min((line for line in lines if line > transfer.call.line), default=0)


def _sets_whole(node: Node, name: str) -> bool:
    expr = node.expr
    assigns = expr is not None and expr.kind is K.ASSIGN and expr.kids[0].key == name
    return assigns and expr is not None and name not in names_in(expr.kids[1]) and sets(node, name)


def _wrappers(file: FileFacts, known: Mapping[str, int]) -> Iterator[tuple[str, tuple[int, Expr]]]:
    """Functions that fill what a parameter points to by a transfer and return its result."""
    for facts in file.functions:
        parameters = facts.function.parameters
        for transfer in _transfers(facts.graph, known):
            name = transfer.buffer.key
            if name not in parameters or not _returned(facts.graph, transfer):
                continue
            if not transfer.result or _only_errors(facts.graph, transfer.result):
                yield facts.name, (parameters.index(name), transfer.call)


def _returned(graph: Graph, transfer: Transfer) -> bool:
    return any(
        node.op is Op.RETURN
        and node.expr is not None
        and (node.expr is transfer.call or (transfer.result and node.expr.key == transfer.result))
        for node in graph.nodes
    )


def _handed_on(
    function: FunctionFacts, file: FileFacts, position: int, call: Expr
) -> Iterator[Hit]:
    """A caller in the file takes what this function hands on for the whole."""
    known = {function.name: position}
    for other in file.functions:
        for transfer in _transfers(other.graph, known):
            read = _read_unset(other.graph, transfer)
            if read:
                name = root_name(transfer.buffer)
                yield Hit(
                    rule=RULE,
                    function=function.name,
                    line=call.line,
                    subject=call.text,
                    words=(("callee", call.text), ("variable", name)),
                    steps=(
                        HitStep(call.line, f"{call.text}() may move less than it is asked for"),
                        HitStep(
                            transfer.call.line,
                            f"{other.name}() tests the result for an error only",
                        ),
                        HitStep(read, f"and reads all of `{name}`"),
                    ),
                )
                return


def _hit(function: FunctionFacts, transfer: Transfer, name: str, read: int) -> Hit:
    callee = transfer.call.text
    return Hit(
        rule=RULE,
        function=function.name,
        line=transfer.call.line,
        subject=name,
        words=(("callee", callee), ("variable", name)),
        steps=(
            HitStep(transfer.call.line, f"{callee}() may fill only a part of `{name}`"),
            HitStep(read, f"`{name}` is read, and its result was tested for an error only"),
        ),
    )
