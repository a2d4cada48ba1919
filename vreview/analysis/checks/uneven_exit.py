# SPDX-License-Identifier: GPL-2.0-or-later
"""Two sibling functions end alike, but the same call stands before the exit label in one and
behind it in the other: on a jump to the label only one of them makes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep

RULE = "uneven-exit"
_NEAR = 3  # statements on either side of the label


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call that ``function`` skips and a sibling does not."""
    for (label, call), line in _around(function, before=True).items():
        for other in file.functions:
            if other is function:
                continue
            elsewhere = _around(other, before=False).get((label, call))
            if elsewhere is None or (label, call) in _around(function, before=False):
                continue
            if not _common_end(function, other, label):
                continue
            yield Hit(
                rule=RULE,
                function=function.name,
                line=line,
                subject=f"{call}: {label}",
                words=(("call", call), ("label", label), ("sibling", other.name)),
                steps=(
                    HitStep(line, f"{call}() is skipped by `goto {label}` in {function.name}()"),
                    HitStep(elsewhere, f"and made after `{label}:` in {other.name}()"),
                ),
            )
            break


def _around(function: FunctionFacts, *, before: bool) -> Mapping[tuple[str, str], int]:
    """Calls that are statements close to an exit label: ``(label, callee)`` and the line."""
    nodes = function.graph.nodes
    found: dict[tuple[str, str], int] = {}
    for index, node in enumerate(nodes):
        if node.op is not Op.LABEL or not node.name:
            continue
        near = (
            nodes[max(0, index - _NEAR) : index] if before else nodes[index + 1 : index + 1 + _NEAR]
        )
        for other in near:
            expr = other.expr
            if other.op is Op.EVAL and expr is not None and expr.kind is K.CALL:
                found[node.name, expr.text] = other.line
    return found


def _common_end(one: FunctionFacts, other: FunctionFacts, label: str) -> bool:
    """Both make the same call right after that label: they are built alike."""
    mine = {call for at, call in _around(one, before=False) if at == label}
    theirs = {call for at, call in _around(other, before=False) if at == label}
    return bool(mine & theirs)
