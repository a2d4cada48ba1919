# SPDX-License-Identifier: GPL-2.0-or-later
"""One way out undoes a step that another error return leaves done.

The step and its undoing are a pair of the knowledge, or of names in the function itself. Silent
where it was handed on since, and where the path goes around a release under a condition.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import converted, hit, in_a_list
from vreview.analysis.exits import Ways, freed_at_scope_end
from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import Resource, State, V, below
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
        if resource.local and in_a_list(function, converted(function, resource.key)):
            continue
        if not resource.local and function.name in file.ended_by_core:
            continue
        if _caller_ends(function, file, resource):
            continue
        if resource.kind == "named" and resource.key in function.referenced:
            continue  # what is put may be the reference that the function took itself
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=undone.call,
            last=f"returns an error without {undone.call}()",
            weak=_odd(function.exits.ways(resource), resource),
            evidence=(HitStep(undone.line, f"another way out calls {undone.call}()"),),
        )


def _odd(ways: Ways, resource: Resource) -> bool:
    """The way that gives it back is rather the odd one. A pair that only names make has to show
    more than one such way, or a success that gives it back."""
    if ways.success:
        return False
    if resource.kind == "named":
        return ways.undoing < 2 or ways.leaving >= ways.undoing
    return bool(resource.gone) and resource.local and ways.leaving > ways.undoing


def _caller_ends(function: FunctionFacts, file: FileFacts, resource: Resource) -> bool:
    """It lies in an object of a caller's, near or one further up, who ends that object when this
    function fails: by a call that gives such things back, or that nobody can look into."""
    root = resource.key.split("->", 1)[0]
    if "->" not in resource.key or root not in function.function.parameters:
        return False
    releases = function.exits.custody.undoing(resource)
    failed = {function.name}
    for _ in range(2):
        callers = [
            caller
            for caller in file.functions
            if caller.name not in failed and any(c.call in failed for c in caller.summary.calls)
        ]
        if any(_ends_object(caller, failed, releases, file) for caller in callers):
            return True
        failed |= {caller.name for caller in callers if failed & caller.summary.forwards}
    return False


def _ends_object(
    caller: FunctionFacts, failed: set[str], releases: frozenset[str], file: FileFacts
) -> bool:
    """After the failure it calls something that ends what the failed one was given."""
    custody = caller.exits.custody
    given = {
        custody.named(kid)
        for expr in caller.expressions()
        if expr.kind is K.CALL and expr.text in failed
        for kid in expr.kids
    } - {""}
    for moment in caller.flow.calls():
        call = moment.expr
        if call is None or not ends(call.text) or call.text in file.knowledge.frees:
            continue
        owners = {custody.named(kid) for kid in call.kids} - {""}
        if not any(below(key, owner) for key in given for owner in owners):
            continue
        calls = file.world.calls_below(call.text)
        unseen = call.text not in file.world.functions
        if (unseen or not releases.isdisjoint(calls)) and _after(moment.state, failed):
            return True
    return False


def _after(state: State, names: set[str]) -> bool:
    """One of ``names`` has failed on the way here."""
    fled = state.fled.failed if state.fled is not None else None
    return any(f is not None and f.callee in names for f in (state.failed, fled)) or any(
        v.name in names and v.kind in (V.NONZERO, V.NEGATIVE, V.ERR_PTR)
        for v in state.values.values()
    )
