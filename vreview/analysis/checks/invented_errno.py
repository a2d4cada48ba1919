# SPDX-License-Identifier: GPL-2.0-or-later
"""A callee said why it failed, and the caller says something else instead of passing that on.

Silent where a comment beside it speaks of the errno, where the callee knows only that errno, and
where nothing shows that the callee returns errnos at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import Failure, V

RULE = "invented-errno"
# "Not found" means something else to each caller.
_SEARCHES = re.compile(r"find|lookup|index|search|match|detect|_to_|2")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each constant that takes the place of a callee's errno."""
    for moment in function.flow.moments:
        failed, value = moment.state.failed, moment.value
        if moment.kind not in (Seen.ASSIGN, Seen.RETURN) or failed is None or value is None:
            continue
        if value.kind is not V.NEG_ERRNO or not _literal(moment):
            continue
        if not _gives_errnos(failed, value.name, file):
            continue
        if file.comment_names_errno(failed.line - 1, moment.line + 1):
            continue
        what = "an error pointer" if failed.pointer else "its errno"
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=f"{failed.callee}: {value.name}",
            words=(
                ("callee", failed.callee),
                ("errno", value.name),
                ("variable", failed.variable or f"{failed.callee}()"),
            ),
            steps=(
                HitStep(failed.line, f"{failed.callee}() failed with {what}"),
                HitStep(moment.line, f"-{value.name} takes its place"),
            ),
        )


def _literal(moment: Moment) -> bool:
    expr: Expr | None = moment.expr
    if expr is not None and moment.kind is Seen.ASSIGN:
        expr = expr.kids[1]
    return expr is not None and expr.kind is K.UNARY and expr.line >= moment.line


def _gives_errnos(failed: Failure, errno: str, file: FileFacts) -> bool:
    if errno in file.knowledge.framework_errnos or _SEARCHES.search(failed.callee):
        return False
    known = file.world.errnos_of(failed.callee)
    if errno and known == {errno}:
        return False
    if failed.pointer:
        return True
    summary = file.world.functions.get(failed.callee)
    negative = summary is not None and summary.minus_one
    return bool(known) or negative or failed.callee in file.knowledge.errno_calls
