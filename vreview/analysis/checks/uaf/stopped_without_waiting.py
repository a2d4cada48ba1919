# SPDX-License-Identifier: GPL-2.0-or-later
"""Teardown takes a work or timer off its queue, and does not wait for one that already runs.

Silent where anything in the function, or in what it calls in the file, waits for that work later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.freed import ended
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import below
from vreview.analysis.summary import Callback, waited_field

RULE = "stopped-without-waiting"
_TEARS_DOWN = re.compile(
    r"_(remove|disconnect|exit|detach|unbind|destroy|free|release|teardown|cleanup|uninit|deinit"
    r"|fini|unregister|delete|kill)$"
)
_FREES = re.compile(r"(^|_)free(_|$)")
_WAITS_FOR_ALL = re.compile(r"^(destroy|flush|drain)_\w*(workqueue|work)|^flush_scheduled_work$")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such call."""
    halfway = file.knowledge.halfway
    if halfway.keys().isdisjoint(c.call for c in function.summary.calls):
        return
    yield from _freed_after(function, file)
    end = _end(function, file)
    if end is None or _waits_for_all(function, file):
        return
    for line, call, field in _stops(function, halfway):
        callback = _callback(halfway[call], field, function, file)
        if callback is None or line > end[0] or _waited(field, function, file):
            continue
        yield Hit(
            rule=RULE,
            function=function.name,
            line=line,
            subject=f"{field}: {call}",
            words=(("call", call), ("member", field), ("callback", f"{callback.function}()")),
            steps=(
                HitStep(callback.line, f"{callback.function}() becomes {callback.how}"),
                HitStep(line, f"{call}() takes it off, and does not wait for one that runs"),
                HitStep(end[0], end[1]),
            ),
        )


def _freed_after(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """The path goes on to free what the timer or work lies in or behind."""
    stops = {line: (call, field) for line, call, field in _stops(function, file.knowledge.halfway)}
    told: set[int] = set()
    for moment in function.flow.calls():
        if moment.expr is None or not moment.state.linked:
            continue
        gone = set(_gone(moment.expr, file))
        for node, link in moment.state.linked.items():
            owner = next((key for key in gone if below(node, key) and node != key), "")
            if not owner or link.line not in stops or link.line in told:
                continue
            told.add(link.line)
            call, field = stops[link.line]
            if _waited(field, function, file) or _waits_for_all(function, file):
                continue
            free = moment.expr.text
            yield Hit(
                rule=RULE,
                function=function.name,
                line=link.line,
                subject=f"{field}: {call}",
                words=(("call", call), ("member", field), ("callback", f"the callback of {field}")),
                steps=(
                    HitStep(
                        link.line, f"{call}() takes it off, and does not wait for one that runs"
                    ),
                    HitStep(moment.line, f"{free}() frees `{owner}`"),
                ),
            )


def _gone(call: Expr, file: FileFacts) -> Iterator[str]:
    for key, freed in ended(call, file.knowledge, file.world):
        if freed.sure:
            yield key
    if call.text not in file.world.functions and _FREES.search(call.text) and len(call.kids) == 1:
        yield call.kids[0].key or "?"


def _end(function: FunctionFacts, file: FileFacts) -> tuple[int, str] | None:
    """Where the function ends the life of what the callback works on."""
    frees = [c for c in function.summary.calls if c.call in file.knowledge.frees]
    if _TEARS_DOWN.search(function.name):
        last = function.function.last
        return last, f"{function.name}() ends, and with it what the callback works on"
    holders = [c for c in frees if c.call in ("kfree", "kvfree", "free_netdev", "put_device")]
    if holders and re.search(r"(remove|disconnect|exit|release|destroy|free|del)", function.name):
        return holders[-1].line, f"{holders[-1].call}() gives the memory back"
    return None


def _stops(function: FunctionFacts, halfway: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """Calls whose result nobody looks at: line, call, member."""
    for node in function.graph.nodes:
        expr = node.expr
        if node.op is Op.EVAL and expr is not None and expr.kind is K.CALL and expr.text in halfway:
            field = waited_field(expr, 0)
            if field and expr.kids and expr.kids[0].kind is K.ADDRESS:
                yield expr.line, expr.text, field


def _callback(kind: str, field: str, function: FunctionFacts, file: FileFacts) -> Callback | None:
    for callback in file.world.callbacks:
        if callback.kind == kind and callback.field == field and callback.function:
            below = file.world.calls_below(callback.function) | {callback.function}
            if function.name not in below:
                return callback
    return None


def _waits_for_all(function: FunctionFacts, file: FileFacts) -> bool:
    calls = {c.call for c in function.summary.calls}
    below = calls.union(*(file.world.calls_below(c) for c in calls))
    return any(_WAITS_FOR_ALL.search(c) for c in below)


def _waited(field: str, function: FunctionFacts, file: FileFacts) -> bool:
    names = {function.name, *file.world.calls_below(function.name)}
    for name in names:
        summary = file.world.functions.get(name)
        if summary is not None and any(w.field in (field, "") for w in summary.waits):
            return True
    return any(last_field(w.field) == field for w in function.summary.waits)
