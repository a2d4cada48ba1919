# SPDX-License-Identifier: GPL-2.0-or-later
"""Nobody looks at what a call returned, although its failure matters.

Which calls matter: those of the knowledge, and functions of the file that return errnos and whose
other callers look. Silent in teardown, on error paths, and behind a ``(void)``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from vreview.analysis.causes import found_failure, gives_errno, is_error_pointer
from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.results import habits_of
from vreview.analysis.unread import unread_stores

RULE = "unchecked-result"
_TEARDOWN = re.compile(
    r"(^|_)(remove|exit|release|suspend|shutdown|close|free|cleanup|clean|stop|disable|destroy|del"
    r"|delete|unregister|detach|clear|teardown|disconnect|unbind|fini|deinit|uninit|kill|drop|put|undo"
    r"|abort|cancel|poweroff|off|unmap|down|reset|dump|debug|test|selftest|show|quiesce)(_|\d|$)"
)
_LOOKS = frozenset({"truth", "negative", "compared", "returned", "iserr"})
_NUMBERS = frozenset({"int", "long", "ssize_t", "s32"})
_STATUS = re.compile(r"e?rr(or|no|code)?\d?|ret(val|code)?\d?|rc|res(ult)?|status|rv|r")
_MOST_DROPS = 2
_NEAR = 2
_MEANT = re.compile(
    rb"ignor|return (value|code)|(can ?not|can't|can never|won't|will not|never|shouldn't|not) fail"
    rb"|(don't|do not|doesn't|no need to|not) (care|check|matter|fail)|no check"
    rb"|not fatal|non-?fatal|best.effort|optional|if (this|it|that) fails|always succe"
    rb"|undo\b|roll.?back|revert|restore",
    re.IGNORECASE,
)
_POINTERS = frozenset({"PTR_ERR", "PTR_ERR_OR_ZERO", "IS_ERR"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each callee."""
    if _TEARDOWN.search(function.name):
        return
    everywhere = file.knowledge.must_check_everywhere
    if function.function.result not in _NUMBERS and everywhere.isdisjoint(
        call.call for call in function.summary.calls
    ):
        return
    lost = dict(_lost(function, file))
    if not lost:
        return
    seen: set[str] = set()
    for moment in function.flow.moments:
        expr = moment.expr
        if moment.kind is not Seen.CALL or expr is None or id(expr) not in lost:
            continue
        if (
            expr.text not in seen
            and not _unwinding(moment, file)
            and not _turns_off(expr)
            and b"(void)" not in file.lines[expr.line - 1]
        ):
            seen.add(expr.text)
            if _explained(expr.line, file):
                continue
            yield _hit(function, expr, *lost[id(expr)])


def _turns_off(call: Expr) -> bool:
    """``set_enabled(x, false)``: teardown by another name."""
    return "enable" in call.text and any(kid.text in ("false", "0") for kid in call.kids)


def _explained(line: int, file: FileFacts) -> bool:
    """A comment beside the call, or right above it, says why nobody looks."""
    return any(
        comment.last >= line - _NEAR and comment.first <= line and _MEANT.search(comment.text)
        for comment in file.comments
    )


def _lost(function: FunctionFacts, file: FileFacts) -> Iterator[tuple[int, tuple[str, str, bool]]]:
    """The calls whose result goes nowhere: how, why that matters, and whether that is weak."""
    calls = {call.call for call in function.summary.calls}
    if function.function.result not in _NUMBERS:
        calls &= file.knowledge.must_check_everywhere
    matter = {callee: why for callee in sorted(calls) if (why := _matters(callee, file))}
    for node in function.graph.nodes:
        expr = node.expr
        if node.op is Op.EVAL and expr is not None and expr.kind is K.CALL and expr.text in matter:
            yield id(expr), ("is dropped", *matter[expr.text])
    for store in unread_stores(function.graph):
        call = store.value
        if call.kind is not K.CALL or call.text in _POINTERS:
            continue
        words = f"is stored in {store.name} and never looked at"
        if call.text in matter:
            yield id(call), (words, *matter[call.text])
        elif (
            function.function.result in _NUMBERS
            and _STATUS.fullmatch(store.name)
            and not _TEARDOWN.search(call.text)
        ):
            yield id(call), (words, f"{store.name} is what failures are kept in", False)


def _matters(callee: str, file: FileFacts) -> tuple[str, bool] | None:
    """Why the result of a call has to be looked at, and whether that is weak."""
    known = file.knowledge
    if callee in known.must_check or callee in known.must_check_everywhere:
        return "what was asked for is not there after a failure", False
    if _TEARDOWN.search(callee):
        return None
    summary = file.world.functions.get(callee)
    if summary is None or summary.result != "int" or not file.world.errnos_of(callee):
        return None
    habits = Counter(
        habit.how
        for other in file.functions
        if any(call.call == callee for call in other.summary.calls)
        for habit in habits_of(other.graph)
        if habit.callee == callee
    )
    looks = sum(count for how, count in habits.items() if how in _LOOKS)
    drops = habits["dropped"] + habits["untested"]
    if looks >= 2 * drops and drops <= _MOST_DROPS:
        return "it returns error numbers, and others look at it", False
    alone = not looks and drops == 1 and "ENOMEM" in summary.errnos
    return ("it fails when there is no memory", True) if alone else None


def _unwinding(moment: Moment, file: FileFacts) -> bool:
    """Something has failed already: what is called now is for tidying up."""
    state = moment.state
    if state.fell or state.complaint:
        return True
    turn = state.turn
    if turn is None:
        return False
    return is_error_pointer(turn) or (
        found_failure(turn) and gives_errno(turn.callee, file.knowledge, file.world)
    )


def _hit(function: FunctionFacts, call: Expr, words: str, why: str, weak: bool) -> Hit:
    return Hit(
        rule=RULE,
        function=function.name,
        line=call.line,
        subject=call.text,
        words=(("callee", call.text), ("what", words), ("why", why)),
        steps=(HitStep(call.line, f"the result of {call.text}() {words}; {why}"),),
        weak=weak,
    )
