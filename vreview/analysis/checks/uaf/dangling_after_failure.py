# SPDX-License-Identifier: GPL-2.0-or-later
"""A function fails, frees a member and leaves it pointing there; its caller's error path frees the
member again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, K, last_field, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.held import object_of
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import BELOW_ZERO, Freed, V

RULE = "dangling-after-failure"
_ENDS = re.compile(r"(^|_)(destroy|free|cleanup|release|fini|uninit|teardown)(_|$)")
_FAILED = BELOW_ZERO | {V.NONZERO, V.ERR_PTR, V.ZERO}


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each member and the line that frees it."""
    if file.knowledge.frees.keys().isdisjoint(c.call for c in function.summary.calls):
        return
    told: set[tuple[str, int]] = set()
    for moment in function.flow.returns():
        if not moment.state.freed or not _fails(moment, function):
            continue
        for key, how in moment.state.freed.items():
            field = last_field(key)
            if "->" not in key or not how.sure or (field, how.line) in told or how.via:
                continue
            if _own(key, moment, function):
                continue
            told.add((field, how.line))
            again = _again(field, function, file)
            if again is not None:
                yield _hit(function, moment, key, how, again)
            elif (again := _out_of_view(key, function, file)) is not None:
                yield _hit(function, moment, key, how, again, seen=False)


def _hit(
    function: FunctionFacts,
    moment: Moment,
    key: str,
    how: Freed,
    again: tuple[str, int, str, int],
    *,
    seen: bool = True,
) -> Hit:
    """``seen``: the second free is in view; else it is told by a name, and the hit is weak."""
    caller, line, other, where = again
    words = "frees it again" if seen else "by its name ends the object around it"
    return Hit(
        rule=RULE,
        function=function.name,
        line=how.line,
        subject=f"{key}: {how.call}",
        words=(
            ("object", key), ("free", how.call), ("caller", caller), ("other", other),
            ("again", words),
        ),
        steps=(
            *moment.state.steps(10),
            HitStep(how.line, f"{how.call}() frees `{key}`, which keeps its value"),
            HitStep(moment.line, f"{function.name}() fails"),
            HitStep(line, f"{caller}() then calls {other}()"),
            HitStep(where, f"which {words}: `{last_field(key)}`"),
        ),
        weak=not seen,
    )  # fmt: skip


def _fails(moment: Moment, function: FunctionFacts) -> bool:
    value = moment.value
    if value is None:
        return False
    if "*" in function.function.result:
        return value.kind in (V.ZERO, V.ERR_PTR)
    return value.kind in BELOW_ZERO or value.kind is V.NONZERO


def _own(key: str, moment: Moment, function: FunctionFacts) -> bool:
    """The object around the member is the function's own, or goes as well."""
    root = key.split("->", 1)[0].split("[", 1)[0]
    if any(gone != key and key.startswith(f"{gone}->") for gone in moment.state.freed):
        return True
    if root not in function.graph.locals:
        return False
    for node in function.graph.nodes:
        if node.op is Op.DECLARE and node.name == root and "*" not in node.type:
            return True
        given = node.expr
        if given is None:
            continue
        if node.name != root:
            if given.kind is not K.ASSIGN or given.kids[0].key != root:
                continue
            given = given.kids[1]
        if given.kind is K.CALL and "alloc" in given.text:
            return True
    return False


def _out_of_view(
    key: str, function: FunctionFacts, file: FileFacts
) -> tuple[str, int, str, int] | None:
    """A caller that, after the failure, has a function of another file end the object around the
    member: by its name, and of the same object by the name of that."""
    root = key.split("->", 1)[0]
    if root not in function.function.parameters:
        return None
    position = function.function.parameters.index(root)
    by_name = {f.name: f for f in file.functions}
    for caller in file.functions:
        if all(c.call != function.name for c in caller.summary.calls):
            continue
        given = {
            last_field(object_of(e.kids[position]))
            for e in caller.expressions()
            if e.kind is K.CALL and e.text == function.name and position < len(e.kids)
        } - {""}
        for moment in caller.flow.calls():
            call = moment.expr
            if call is None or not given or not _after_failure(moment, {function.name}, function):
                continue
            inner = by_name.get(call.text)
            ends = inner.expressions() if inner is not None else iter((call,))
            for end in ends:
                if end.kind is K.CALL and _ends_elsewhere(end, given, file):
                    return caller.name, moment.line, end.text, end.line
    return None


def _ends_elsewhere(call: Expr, given: set[str], file: FileFacts) -> bool:
    known = (
        call.text in file.world.functions
        or call.text in file.knowledge.frees
        or call.text in file.knowledge.releases
    )
    if known or not _ENDS.search(call.text):
        return False
    return any(last_field(object_of(kid)) in given for kid in call.kids)


def _again(
    field: str, function: FunctionFacts, file: FileFacts
) -> tuple[str, int, str, int] | None:
    """A caller that, after the failure, calls something which frees the member again."""
    users = {f.name: where for f in file.functions if (where := _frees(field, f, file))}
    users.pop(function.name, None)
    reset = _reset(function)
    if reset:
        users = {f.name: users[f.name] for f in file.functions
                 if f.name in users and reset.isdisjoint(_asked(f))}  # fmt: skip
    if not users:
        return None
    failed = {function.name}
    for _ in range(2):
        failed |= {f.name for f in file.functions if failed & f.summary.forwards}
    for caller in file.functions:
        if failed.isdisjoint(c.call for c in caller.summary.calls):
            continue
        for moment in caller.flow.calls():
            call = moment.expr
            if call is None or not _after_failure(moment, failed, function):
                continue
            for name in (call.text, *sorted(file.world.calls_below(call.text))):
                if name in users:
                    return caller.name, moment.line, call.text, users[name]
            if call.text in file.knowledge.frees and any(
                k.key and last_field(k.key) == field for k in call.kids
            ):
                return caller.name, moment.line, call.text, moment.line
    return None


def _reset(function: FunctionFacts) -> set[str]:
    """The members that the function sets to NULL."""
    return {
        expr.kids[0].text
        for expr in function.expressions()
        if expr.kind is K.ASSIGN and expr.kids[0].kind is K.MEMBER and expr.kids[-1].text == "NULL"
    }


def _asked(function: FunctionFacts) -> set[str]:
    """The members that stand in a condition of the function."""
    return {
        expr.text
        for node in function.graph.nodes
        if node.op is Op.BRANCH and node.expr is not None
        for expr in walk(node.expr)
        if expr.kind is K.MEMBER
    }


def _after_failure(moment: Moment, callees: set[str], function: FunctionFacts) -> bool:
    """``function``, or who hands its result on, has failed on the way here."""
    state = moment.state
    kinds = _FAILED - {V.ZERO} if function.returns_number() else _FAILED
    if state.failed is not None and state.failed.callee in callees:
        return True
    if state.fled is not None and state.fled.failed is not None:
        return state.fled.failed.callee in callees
    return any(v.name in callees and v.kind in kinds for v in state.values.values())


def _frees(field: str, function: FunctionFacts, file: FileFacts) -> int:
    """The line on which the function frees the member of something, or 0."""
    for expr in function.expressions():
        if expr.kind is K.CALL and expr.text in file.knowledge.frees:
            free = file.knowledge.frees[expr.text]
            if free.sure and free.arg < len(expr.kids):
                key = object_of(expr.kids[free.arg])
                if "->" in key and last_field(key) == field:
                    return expr.line
    return 0
