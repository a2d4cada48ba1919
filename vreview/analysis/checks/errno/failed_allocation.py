# SPDX-License-Identifier: GPL-2.0-or-later
"""An allocation gave NULL, and the errno that is returned for it is not -ENOMEM.

Silent where a comment beside it speaks of the errno.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.causes import found_zero
from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "failed-allocation"
_ALLOCATES = re.compile(
    r"^(devm_)?(k|kv|v)[mzc]?alloc(_(array|node|array_node))?$|^(devm_)?kmem(dup|_cache_z?alloc)$"
    r"|^(devm_)?k(strn?dup|asprintf)$|^dma(m|_zalloc)?_alloc_coherent$"
)
_FITS = frozenset({"ENOMEM", "ENOBUFS", "EAGAIN"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each allocation."""
    seen: set[int] = set()
    for moment in function.flow.moments:
        turn, value = moment.state.turn, moment.value
        if moment.kind not in (Seen.ASSIGN, Seen.RETURN) or turn is None or value is None:
            continue
        if value.kind is not V.NEG_ERRNO or value.name in _FITS or not _literal(moment):
            continue
        if not found_zero(turn) or not _ALLOCATES.search(turn.callee) or moment.line in seen:
            continue
        if file.comment_names_errno(turn.expr.line - 1, moment.line + 1):
            continue
        seen.add(moment.line)
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=f"{turn.callee}: {value.name}",
            words=(("callee", turn.callee), ("errno", f"-{value.name}")),
            steps=(
                HitStep(turn.expr.line, f"{turn.callee}() gave no memory"),
                HitStep(moment.line, f"-{value.name} is what the caller is told"),
            ),
        )


def _literal(moment: Moment) -> bool:
    expr: Expr | None = moment.expr
    if expr is not None and moment.kind is Seen.ASSIGN:
        expr = expr.kids[1]
    return expr is not None and expr.kind is K.UNARY and expr.line >= moment.line
