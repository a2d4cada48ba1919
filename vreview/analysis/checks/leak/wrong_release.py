# SPDX-License-Identifier: GPL-2.0-or-later
"""What one call gave is given back by a call that is for something else.

Only where both are known: who acquired it on this path, and what the other call ends for good.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import usual_release
from vreview.analysis.evaluate import Moment
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.state import Resource

RULE = "wrong-release"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call that ends an object that it is not for."""
    ends = {c.call for c in function.summary.calls if _ends(c.call, file.knowledge)}
    told: set[tuple[int, str]] = set()
    for moment in function.flow.calls() if ends else ():
        call = moment.expr
        if call is None or call.text not in ends:
            continue
        resource = _given(moment, function)
        if resource is None or (moment.line, resource.key) in told:
            continue
        told.add((moment.line, resource.key))
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=f"{resource.key}: {resource.call}, {call.text}",
            words=(
                ("object", resource.key),
                ("acquire", resource.call),
                ("call", call.text),
                ("release", usual_release(function, resource)),
            ),
            steps=(
                *moment.state.steps(),
                HitStep(moment.line, f"{call.text}() is for what other calls give"),
            ),
        )


def _ends(call: str, knowledge: Knowledge) -> bool:
    """The object is gone for good afterwards, and it is known whose results the call is for."""
    free = knowledge.frees.get(call)
    return free is not None and free.sure and not free.holder and call in knowledge.releases


def _given(moment: Moment, function: FunctionFacts) -> Resource | None:
    """What the call is handed that another kind of call has acquired, by hand-written knowledge."""
    call, knowledge = moment.expr, function.knowledge
    if call is None or not moment.state.held:
        return None
    arg = knowledge.frees[call.text].arg
    custody = function.exits.custody
    key = custody.named(call.kids[arg]) if arg < len(call.kids) else ""
    for resource in moment.state.held.values():
        pairs = knowledge.acquires.get(resource.call, ())
        if resource.key != key or not pairs or any(p.mined or p.handle is not None for p in pairs):
            continue
        if call.text not in custody.undoing(resource):
            return resource
    return None
