# SPDX-License-Identifier: GPL-2.0-or-later
"""Teardown frees an object in which a work or a timer lies that the file starts and never stops."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.held import object_of
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.kin import kin_of
from vreview.analysis.summary import Callback
from vreview.analysis.types import structs_of

RULE = "callback-outlives-object"
_KINDS = frozenset({"work", "timer", "hrtimer", "tasklet", "kthread work"})
_TEARS_DOWN = re.compile(
    r"_(remove|disconnect|exit|detach|unbind|cleanup|uninit|deinit|fini|teardown)$"
)
_STARTS = re.compile(r"schedule|queue|^(mod|add)_timer|^hrtimer_start|^timer_reduce")
_STOPS = re.compile(
    r"cancel|^del_timer|^timer_(delete|shutdown)|flush|kill|stop|disable|destroy|sync"
)
_WAITS = re.compile(r"^(__)?wait_(event|for_completion|on_)")
_STOPS_ALL = re.compile(
    r"(destroy|flush|drain)_\w*(workqueue|work|worker)|flush_scheduled|rcu_barrier"
)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such callback."""
    if not _TEARS_DOWN.search(function.name) or _waits(function, file):
        return
    gone = _gone(function, file)
    if not gone or any(_STOPS_ALL.search(c.call) for f in file.functions for c in f.summary.calls):
        return
    for callback in file.world.callbacks:
        if callback.kind not in _KINDS or not callback.field or not callback.function:
            continue
        owner = _owner(callback, file)
        freed = gone.get(owner)
        if freed is None or _frees_itself(callback, owner, file):
            continue
        started = _started(callback.field, file)
        if started is None:
            continue
        key, call = freed
        yield Hit(
            rule=RULE,
            function=function.name,
            line=call.line,
            subject=f"{key}: {callback.field}",
            words=(
                ("object", key), ("free", call.text), ("member", callback.field),
                ("callback", callback.function),
            ),
            steps=(
                HitStep(callback.line, f"{callback.function}() becomes {callback.how}"),
                HitStep(started[1], f"{started[0]}() starts `{callback.field}`"),
                HitStep(call.line, f"{call.text}() frees `{key}`, in which it lies"),
            ),
        )  # fmt: skip


def _waits(function: FunctionFacts, file: FileFacts) -> bool:
    """It waits for something: perhaps for what the callback says at its end."""
    calls = {c.call for c in function.summary.calls}
    return any(_WAITS.search(c) for c in calls.union(*(file.world.calls_below(c) for c in calls)))


def _gone(function: FunctionFacts, file: FileFacts) -> dict[str, tuple[str, Expr]]:
    """By the name of their struct: the objects that the function frees for good."""
    structs = structs_of(function.function, function.graph)
    kin = kin_of(function.graph, file.knowledge)
    found: dict[str, tuple[str, Expr]] = {}
    for expr in function.expressions():
        free = file.knowledge.frees.get(expr.text) if expr.kind is K.CALL else None
        if free is None or not free.sure or free.arg >= len(expr.kids):
            continue
        key = expr.kids[free.arg].key
        for name in (key, *kin.gone_with(key, free.inside, holder=False)):
            if struct := structs.get(name, ""):
                found[struct] = name, expr
    return found


def _owner(callback: Callback, file: FileFacts) -> str:
    """The struct in which the work or timer lies, by the callback's way back to it."""
    for function in file.functions:
        if function.name != callback.function:
            continue
        for node in function.graph.nodes:
            expr = node.expr
            if expr is None:
                continue
            made = expr.kids[-1] if expr.kind is K.ASSIGN else expr
            if made.kind is not K.CALL or len(made.kids) < 3:
                continue
            if last_field(made.kids[2].key or made.kids[2].text) != callback.field:
                continue
            if made.text == "container_of":
                return made.kids[1].text
            if made.text in ("from_timer", "from_tasklet", "timer_container_of"):
                return structs_of(function.function, function.graph).get(made.kids[0].key, "")
    return ""


def _frees_itself(callback: Callback, owner: str, file: FileFacts) -> bool:
    names = {callback.function, *file.world.calls_below(callback.function)}
    return any(owner in _gone(f, file) for f in file.functions if f.name in names) or any(
        name.endswith(("_put", "_release")) or name in ("put_device", "kref_put") for name in names
    )


def _started(field: str, file: FileFacts) -> tuple[str, int] | None:
    """Who starts it; ``None`` also where anything stops it."""
    found: tuple[str, int] | None = None
    for function in file.functions:
        for expr in function.expressions():
            if expr.kind is not K.CALL:
                continue
            if not any(last_field(object_of(k)) == field or f"->{field}->" in object_of(k)
                       for k in expr.kids):  # fmt: skip
                continue
            if _STARTS.search(expr.text):
                found = function.name, expr.line
            elif _STOPS.search(expr.text):
                return None
    return found
