# SPDX-License-Identifier: GPL-2.0-or-later
"""A path takes a lock that it holds, itself or through functions of the file: it waits for itself.

A callee's lock is told by its way from the callee's parameters, or by its name if it is global.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import always_passed
from vreview.analysis.held import object_of
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import Held
from vreview.analysis.summary import lock_key

RULE = "taken-twice"
_MAY_NEST = re.compile(r"read|RCU|preempt|hotplug|ww_mutex|device lock|_nested|nest_lock|\(\)")
_DEEPEST = 3


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call and lock."""
    told: set[tuple[int, str]] = set()
    kept = {held for moment in function.flow.returns() for held in moment.state.locks}
    for moment in function.flow.calls():
        call = moment.expr
        if call is None or not moment.state.locks or moment.state.blind:
            continue
        for held in _exclusive(moment, file):
            if (moment.line, held.key) in told or (held in kept and held.line != moment.line):
                continue  # some call in between drops it: a return does not drop it either
            how = _taken(call, held, file)
            if how:
                told.add((moment.line, held.key))
                yield Hit(
                    rule=RULE,
                    function=function.name,
                    line=moment.line,
                    subject=f"{held.key or held.family}: {call.text}",
                    words=(("lock", held.key or held.family), ("call", call.text)),
                    steps=(
                        HitStep(held.line, f"{held.call}({held.key}) takes it"),
                        *moment.state.steps(8),
                        HitStep(moment.line, f"{call.text}() takes it again"),
                        *how[1:],
                    ),
                )


def _exclusive(moment: Moment, file: FileFacts) -> Iterator[Held]:
    for held in moment.state.locks:
        nests = _MAY_NEST.search(held.family) or _MAY_NEST.search(held.call)
        if held.family in file.knowledge.families and not nests and "[" not in held.key:
            yield held


def _taken(call: Expr, held: Held, file: FileFacts) -> list[HitStep]:
    lock = file.knowledge.takes.get(call.text)
    if lock is not None:
        same = lock.family == held.family and lock_key(call, lock.arg) == held.key
        waits = lock.success != "nonzero" and "try" not in call.text
        again = same and waits and not _MAY_NEST.search(call.text)
        return [HitStep(call.line, f"{call.text}()")] if again else []
    if call.text not in file.world.functions:
        return []
    start = HitStep(call.line, f"{call.text}()")
    return _below(call, held.key, held.family, file, (start,), frozenset())


def _below(
    call: Expr,
    key: str,
    family: str,
    file: FileFacts,
    steps: tuple[HitStep, ...],
    seen: frozenset[str],
) -> list[HitStep]:
    """The callee takes the lock before it drops it anywhere."""
    function = next((f for f in file.functions if f.name == call.text), None)
    if function is None or len(steps) > _DEEPEST or call.text in seen:
        return []
    inner = _known_inside(key, call, function)
    if inner is None:
        return []
    if any(d.family == family for d in function.summary.drops) and not any(
        t.family == family for t in function.summary.takes
    ):
        return []
    first: list[tuple[int, list[HitStep]]] = []
    for index, node in enumerate(function.graph.nodes):
        expr = node.expr
        top = expr.kids[1] if expr is not None and expr.kind is K.ASSIGN else expr
        if top is None or top.kind is not K.CALL or not always_passed(index, function.graph):
            continue
        drop = file.knowledge.drops.get(top.text)
        if drop is not None and drop.family == family and lock_key(top, drop.arg) == inner:
            first.append((top.line, []))
            continue
        lock = file.knowledge.takes.get(top.text)
        if lock is not None and lock.family == family and lock_key(top, lock.arg) == inner:
            if lock.success != "nonzero" and not _MAY_NEST.search(top.text):
                step = HitStep(top.line, f"{function.name}() calls {top.text}({inner})")
                first.append((top.line, [*steps, step]))
        elif lock is None and top.text in file.world.functions:
            here = HitStep(top.line, f"{function.name}() calls {top.text}()")
            deeper = _below(top, inner, family, file, (*steps, here), seen | {call.text})
            if deeper:
                first.append((top.line, deeper))
    return min(first, key=lambda item: item[0])[1] if first else []


def _known_inside(key: str, call: Expr, function: FunctionFacts) -> str | None:
    """The lock's name in the callee: through a parameter, or the same where it is global."""
    root = key.split("->", 1)[0]
    for position, kid in enumerate(call.kids[: len(function.function.parameters)]):
        given = object_of(kid)
        parameter = function.function.parameters[position]
        if given and parameter and key.startswith(f"{given}->"):
            return parameter + key[len(given) :]
    local = root in function.graph.locals or root in function.function.parameters
    return key if "->" not in key and not local else None
