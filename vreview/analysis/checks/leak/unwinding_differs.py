# SPDX-License-Identifier: GPL-2.0-or-later
"""One way out undoes a step that another error return leaves done.

The step and its undoing are a pair of the knowledge, or of names in the function itself. Silent
where it was handed on since, and where the path goes around a release under a condition.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import hit
from vreview.analysis.exits import freed_at_scope_end
from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.held import object_of
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import State
from vreview.analysis.verbs import ends

RULE = "unwinding-differs"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each error return and step."""
    for exit_, resource in function.exits.lost("error"):
        if resource.kind in ("iterator", "initialised"):
            continue
        failed = exit_.failed
        if failed is not None and (failed.callee, failed.line) == (resource.call, resource.line):
            continue
        undone = function.exits.sibling(exit_, resource)
        if undone is None or undone.line == exit_.line:
            continue
        if resource.key in freed_at_scope_end(function, file.lines):
            continue
        if _caller_ends(function, file, resource.key):
            continue
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=undone.call,
            last=f"returns an error without {undone.call}()",
            evidence=(HitStep(undone.line, f"another way out calls {undone.call}()"),),
        )


def _caller_ends(function: FunctionFacts, file: FileFacts, key: str) -> bool:
    """It lies in an object of the caller's, who ends that object when this function fails, by a
    call that nobody can look into."""
    parameters = function.function.parameters
    root = key.split("->", 1)[0]
    if "->" not in key or root not in parameters:
        return False
    position = parameters.index(root)
    return any(
        _ends_object(caller, function.name, position, file)
        for caller in file.functions
        if caller is not function and any(c.call == function.name for c in caller.summary.calls)
    )


def _ends_object(caller: FunctionFacts, name: str, position: int, file: FileFacts) -> bool:
    given = {
        object_of(expr.kids[position])
        for expr in caller.expressions()
        if expr.kind is K.CALL and expr.text == name and position < len(expr.kids)
    } - {""}
    return any(
        ends(moment.expr.text)
        and moment.expr.text not in file.knowledge.frees
        and not given.isdisjoint(object_of(kid) for kid in moment.expr.kids)
        for moment in caller.flow.calls()
        if moment.expr is not None and _after(moment.state, name)
    )


def _after(state: State, name: str) -> bool:
    """``name`` has failed on the way here."""
    fled = state.fled.failed if state.fled is not None else None
    return any(f is not None and f.callee == name for f in (state.failed, fled))
