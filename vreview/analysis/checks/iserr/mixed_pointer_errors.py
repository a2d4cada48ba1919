# SPDX-License-Identifier: GPL-2.0-or-later
"""A function fails with error pointers, and at one place with NULL.

Only NULL that plainly means a failure counts: after a failed allocation, a failed call, or words
of an error. NULL for "there is none" is another thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import is_nought
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "mixed-pointer-errors"
_COMPLAINS = re.compile(r"(^|_)(err|error|warn)(_|$)|^pr_err|printk")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each place that gives NULL."""
    if "*" not in function.function.result or "err_ptr" not in function.summary.gives:
        return
    errors = [m for m in function.flow.returns() if m.value is not None]
    error = next((m for m in errors if m.value is not None and m.value.kind is V.ERR_PTR), None)
    if error is None:
        return
    seen: set[int] = set()
    for moment in function.flow.returns():
        if moment.expr is None or not is_nought(moment.expr) or moment.line in seen:
            continue
        why = _failure(function, file, moment)
        if not why:
            continue
        seen.add(moment.line)
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=why,
            words=(("function", function.name), ("why", why)),
            steps=(
                HitStep(error.line, "an error pointer is returned for a failure here"),
                *moment.state.steps(),
                HitStep(moment.line, f"NULL is returned {why}"),
            ),
        )


def _failure(function: FunctionFacts, file: FileFacts, moment: Moment) -> str:
    """Why the NULL means a failure; '' where it may not."""
    for value in moment.state.values.values():
        if value.kind is V.ZERO and value.name in file.knowledge.allocates:
            return f"after {value.name}() failed"
    if _after_complaint(function, moment):
        return "after an error was logged"
    return ""


def _after_complaint(function: FunctionFacts, moment: Moment) -> bool:
    nodes = function.graph.nodes
    here = {i for i, n in enumerate(nodes) if n.op is Op.RETURN and n.expr is moment.expr}
    return any(
        node.op is Op.EVAL
        and node.expr is not None
        and _COMPLAINS.search(node.expr.text) is not None
        and not here.isdisjoint(arc.target for arc in node.arcs)
        for node in nodes
    )
