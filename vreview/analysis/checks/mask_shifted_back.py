# SPDX-License-Identifier: GPL-2.0-or-later
"""A mask is made in a larger unit only for its result to be shifted back."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, render, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep

RULE = "mask-shifted-back"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each ``(x & mask) >> SHIFT`` where mask is ``(n << SHIFT) - 1``."""
    del file
    masks = dict(_masks(function))
    if not masks:
        return
    for expr in function.expressions():
        if expr.kind is not K.BINARY or expr.text != ">>" or len(expr.kids) != 2:
            continue
        shift = render(expr.kids[1])
        for inner in walk(expr.kids[0]):
            if inner.kind is not K.BINARY or inner.text != "&":
                continue
            for kid in inner.kids:
                name = kid.kids[0].key if kid.kind is K.UNARY and kid.kids else kid.key
                made = masks.get(name)
                if made is not None and made[1] == shift:
                    yield Hit(
                        rule=RULE,
                        function=function.name,
                        line=expr.line,
                        subject=f"{name}: {shift}",
                        words=(("mask", name), ("shift", shift)),
                        steps=(
                            HitStep(made[0], f"`{name}` is shifted left by {shift}"),
                            HitStep(expr.line, f"what it masks is shifted right by {shift}"),
                        ),
                    )
                    return


def _masks(function: FunctionFacts) -> Iterator[tuple[str, tuple[int, str]]]:
    for node in function.graph.nodes:
        name, value = node.name, node.expr
        if value is not None and value.kind is K.ASSIGN and len(value.kids) == 2:
            name, value = value.kids[0].key, value.kids[1]
        elif node.op is not Op.DECLARE:
            continue
        if value is None or value.kind is not K.BINARY or value.text != "-":
            continue
        left = _shift(value.kids[0])
        if left and render(value.kids[1]) == "1":
            yield name, (node.line, left)


def _shift(expr: Expr) -> str:
    return render(expr.kids[1]) if expr.kind is K.BINARY and expr.text == "<<" else ""
