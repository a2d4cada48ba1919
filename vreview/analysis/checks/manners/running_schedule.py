# SPDX-License-Identifier: GPL-2.0-or-later
"""schedule() as a running task, in a loop: it comes back at once, and the loop spins.

``cond_resched()`` outside of a loop is another matter: only the two lines together count.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import arrivals, straight_on
from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Graph, Node, Op
from vreview.analysis.hit import Hit, HitStep

RULE = "running-schedule"
_SETTERS = frozenset({"set_current_state", "__set_current_state"})


def check(function: FunctionFacts, _file: FileFacts) -> Iterator[Hit]:
    """One hit for each schedule() directly behind TASK_RUNNING."""
    graph = function.graph
    into = arrivals(graph)
    for index, node in enumerate(graph.nodes):
        call = _call(node)
        if call is None or call.text not in _SETTERS or not call.kids:
            continue
        after = next(straight_on(graph, index, into), None)
        away = _call(after) if after is not None else None
        if call.kids[0].text != "TASK_RUNNING" or away is None or away.text != "schedule":
            continue
        if not _loops(graph, index):
            continue
        yield Hit(
            rule=RULE,
            function=function.name,
            line=away.line,
            subject="schedule",
            words=(("call", call.text),),
            steps=(
                HitStep(call.line, "the task says that it can run"),
                HitStep(away.line, "so it is only put at the end of the queue, again and again"),
            ),
        )


def _call(node: Node) -> Expr | None:
    expr = node.expr
    return expr if node.op is Op.EVAL and expr is not None and expr.kind is K.CALL else None


def _loops(graph: Graph, index: int) -> bool:
    """The node can be reached from itself."""
    stack = [arc.target for arc in graph.nodes[index].arcs]
    seen: set[int] = set()
    while stack:
        at = stack.pop()
        if at == index:
            return True
        if at not in seen:
            seen.add(at)
            stack.extend(arc.target for arc in graph.nodes[at].arcs)
    return False
