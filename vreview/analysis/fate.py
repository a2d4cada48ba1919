# SPDX-License-Identifier: GPL-2.0-or-later
"""What a function does with its parameters, and which kinds of constant it gives back.

Flow-blind: one look at every expression, no paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vreview.analysis.expr import Expr, K, is_nought, root_name
from vreview.analysis.knowledge import Knowledge

_LOOKS = frozenset({"IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR", "PTR_ERR_OR_ZERO", "WARN_ON"})


def kept_and_released(
    expressions: Iterable[Expr],
    returned: Iterable[Expr],
    parameters: Sequence[str],
    knowledge: Knowledge,
) -> tuple[frozenset[int], frozenset[int]]:
    """The positions of parameters that the function keeps or hands on, and that it releases.

    A parameter that was handed to any call as a whole counts as kept: the callee may do so.
    """
    position = {name: index for index, name in enumerate(parameters) if name}
    kept: set[int] = set()
    released: set[int] = set()
    for expr in expressions:
        if expr.kind is K.ASSIGN and len(expr.kids) == 2:
            kept |= {position[name] for name in _values(expr.kids[1]) if name in position}
        elif expr.kind is K.CALL:
            for index, kid in enumerate(expr.kids):
                name = root_name(kid) if kid.kind is K.ADDRESS else kid.key
                if name not in position:
                    continue
                if any(p.release_arg == index for p in knowledge.releases.get(expr.text, ())):
                    released.add(position[name])
                    kept.add(position[name])
                elif not (expr.text in _LOOKS or expr.text in knowledge.acquires):
                    kept.add(position[name])
        elif expr.kind is K.OTHER:
            kept |= {position[n] for kid in expr.kids for n in _values(kid) if n in position}
    for expr in returned:
        kept |= {position[name] for name in _values(expr) if name in position}
    return frozenset(kept), frozenset(released)


def _values(expr: Expr) -> Iterable[str]:
    """Variables whose value, or whose address or part's address, the expression gives."""
    if expr.kind is K.NAME:
        return (expr.text,)
    if expr.kind is K.ADDRESS:
        return (root_name(expr),)
    if expr.kind in (K.CHOICE, K.COMMA, K.OTHER) or (
        expr.kind is K.BINARY and expr.text in ("+", "-", "|")
    ):
        return tuple(name for kid in expr.kids for name in _values(kid))
    return ()


def kinds_given(given: Iterable[Expr]) -> frozenset[str]:
    """Of the expressions that may be returned: ``null``, ``zero``, ``err_ptr``, ``positive``,
    ``call``, ``other``."""
    kinds: set[str] = set()
    for top in given:
        for expr in top.kids[1:] if top.kind is K.CHOICE else (top,):
            kinds.add(_kind(expr))
    return frozenset(kinds)


def _kind(expr: Expr) -> str:
    if expr.kind is K.CALL:
        return "err_ptr" if expr.text in ("ERR_PTR", "ERR_CAST") else "call"
    if is_nought(expr):
        return "null" if expr.text == "NULL" else "zero"
    if expr.kind is K.NUMBER:
        return "positive"
    if expr.kind is K.UNARY and expr.text == "-":
        return "negative"
    return "other"
