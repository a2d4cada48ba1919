# SPDX-License-Identifier: GPL-2.0-or-later
"""A result is tested for a failure that the call does not show that way.

``< 0`` where failure is 0 or a positive number, ``!= 0`` where success is a positive number,
``== 0`` alone where failure is negative, and a number of bytes handed on as an errno.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.causes import found_failure, found_zero
from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import Expr, K, is_nought
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.knowledge import Returns
from vreview.analysis.state import State, Turn, V
from vreview.analysis.tested import ERROR_TESTS
from vreview.analysis.types import is_unsigned

RULE = "wrong-error-test"
_NOT_NEGATIVE = frozenset({"zero", "positive"})
_COUNTS = frozenset({"positive", "nonnegative"})
_ERRNO_RESULTS = frozenset({"int", "long", "ssize_t"})
_ITEMS = frozenset({"sscanf", "vsscanf"})
_AS_ERRNO = "is returned where an error number is expected"
_NEAR = 4
"""Lines from a test to the return that it decides on."""


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each condition or return."""
    seen: set[tuple[int, str]] = set()
    for moment in function.flow.moments:
        hit: Hit | None = None
        if moment.kind is Seen.TEST:
            hit = _tested(moment, function, file)
        elif moment.kind is Seen.RETURN:
            hit = _returned(moment, function) or _left(moment, function)
        elif moment.kind is Seen.ASSIGN:
            hit = _kept(moment, function)
        if hit is not None and (hit.line, hit.subject) not in seen:
            seen.add((hit.line, hit.subject))
            yield hit


def _tested(moment: Moment, function: FunctionFacts, file: FileFacts) -> Hit | None:
    """``< 0`` that cannot be, or ``== 0`` that misses the failure."""
    expr = moment.expr
    if expr is None:
        return None
    callee = _callee(expr, moment.state)
    known = function.knowledge.returns.get(callee)
    below = expr.kind is K.BINARY and expr.text in ("<", ">=") and is_nought(expr.kids[1])
    if below and known is not None and known.failure in _NOT_NEGATIVE:
        if _told_apart(expr, function):
            return None
        return _hit(function, moment.line, known, "is tested for a negative value")
    if below and known is None and callee:
        summary = file.world.functions.get(callee)
        if summary is not None and is_unsigned(summary.result) and expr.kids[0].kind is K.CALL:
            own = Returns(callee, "unknown", "unknown", summary.result, f"a {summary.result}")
            return _hit(function, moment.line, own, "is tested for a negative value")
    return None


def _told_apart(test: Expr, function: FunctionFacts) -> bool:
    """``n >= 0`` beside ``n > 0`` for the same variable: whoever wrote it knows what 0 is."""
    key = test.kids[0].key
    return (
        test.text == ">="
        and bool(key)
        and any(
            node.expr.kind is K.BINARY
            and node.expr.text in (">", "<=")
            and node.expr.kids[0].key == key
            and is_nought(node.expr.kids[1])
            for node in function.graph.nodes
            if node.op is Op.BRANCH and node.expr is not None
        )
    )


def _left(moment: Moment, function: FunctionFacts) -> Hit | None:
    """A path leaves because a call's result is not 0 (or is 0), which says nothing of failure."""
    state = moment.state
    turn = state.turn
    if turn is None and state.fled is not None and state.fled.line:
        turn = state.fled.turn
    if turn is None or not turn.callee:
        return None
    known = function.knowledge.returns.get(turn.callee)
    if known is None or known.failure != "negative" or known.success not in _COUNTS:
        return None
    if turn.expr.kind is K.BINARY and turn.expr.text not in ("==", "!="):
        return None
    if _moves_nothing(turn.callee, function):
        return None
    value = state.values.get(turn.key)
    if found_failure(turn) and (value is None or value.kind in (V.NONZERO, V.RESULT)):
        words = "is taken for a failure whenever it is not 0"
        failed = _fails(moment) or _gives_up(moment, turn, function)
        return _hit(function, turn.expr.line, known, words) if failed else None
    if _below_too(turn.key, function):
        return None
    if known.success == "positive" and found_zero(turn) and _fails(moment):
        return _hit(function, turn.expr.line, known, "is taken for a failure when it is 0 only")
    return None


def _below_too(key: str, function: FunctionFacts) -> bool:
    """Another condition has looked whether the same member is below 0."""
    return "->" in key and any(
        node.expr.kind is K.BINARY
        and node.expr.text in ("<", ">=")
        and node.expr.kids[0].key == key
        and is_nought(node.expr.kids[1])
        for node in function.graph.nodes
        if node.op is Op.BRANCH and node.expr is not None
    )


def _moves_nothing(callee: str, function: FunctionFacts) -> bool:
    """A transfer without a buffer: its number of bytes is 0."""
    return any(
        expr.kind is K.CALL and expr.text == callee and any(kid.text == "NULL" for kid in expr.kids)
        for expr in function.expressions()
    )


def _fails(moment: Moment) -> bool:
    """The path ends as a failure: it returns the value, an errno, or reports an error."""
    value = moment.value
    state = moment.state
    if moment.expr is None and state.turn is not None and moment.line == state.turn.expr.line + 1:
        return True
    reported = state.complaint or (state.fled is not None and state.fled.complaint)
    if value is not None and value.kind in (V.NEG_ERRNO, V.NONZERO, V.NEGATIVE, V.ERR_PTR):
        return True
    return bool(reported)


def _gives_up(moment: Moment, turn: Turn, function: FunctionFacts) -> bool:
    """A function without a result leaves early, right after the test."""
    early = moment.line < function.function.last and moment.line - turn.expr.line <= _NEAR
    return function.function.result == "void" and moment.expr is None and early


def _returned(moment: Moment, function: FunctionFacts) -> Hit | None:
    """What was not copied, or did not match, returned where an errno is expected."""
    value = moment.value
    if value is None or value.kind not in (V.RESULT, V.NONZERO, V.POSITIVE) or not value.name:
        return None
    known = function.knowledge.returns.get(value.name)
    if known is None or function.function.result not in _ERRNO_RESULTS:
        return None
    too_few = known.call in _ITEMS and _asked_for_another_number(moment)
    unwound = known.call in ERROR_TESTS and bool(moment.state.fell)
    if known.failure != "positive" and not too_few:
        return None
    if not (too_few or unwound or _gives_errnos(function)):
        return None
    return _hit(function, moment.line, known, _AS_ERRNO)


def _asked_for_another_number(moment: Moment) -> bool:
    """``if (n != 2) return n;``"""
    turn, expr = moment.state.turn, moment.expr
    if turn is None or expr is None or turn.expr.kind is not K.BINARY or turn.key != expr.key:
        return False
    return (turn.expr.text in ("!=", "<")) == turn.truth and not is_nought(turn.expr.kids[1])


def _kept(moment: Moment, function: FunctionFacts) -> Hit | None:
    """``ret = IS_ERR(p);`` where the function ends in ``return ERR_PTR(ret);``."""
    expr = moment.expr
    if expr is None or expr.kids[1].kind is not K.CALL or expr.kids[1].text not in ERROR_TESTS:
        return None
    known = function.knowledge.returns.get(expr.kids[1].text)
    variable = expr.kids[0].key
    if known is None or known.failure != "positive" or not variable:
        return None
    for node in function.graph.nodes:
        given = node.expr if node.op is Op.RETURN else None
        if given is None or given.text != "ERR_PTR" or not given.kids:
            continue
        if given.kids[0].key == variable and _set_to_errors(function, variable):
            return _hit(function, moment.line, known, _AS_ERRNO)
    return None


def _set_to_errors(function: FunctionFacts, variable: str) -> bool:
    """Elsewhere the variable is given an errno."""
    return any(
        e.kind is K.ASSIGN
        and e.kids[0].key == variable
        and (e.kids[1].text == "PTR_ERR" or (e.kids[1].kind is K.UNARY and e.kids[1].text == "-"))
        for e in function.expressions()
    )


def _gives_errnos(function: FunctionFacts) -> bool:
    if function.function.result not in _ERRNO_RESULTS:
        return False
    return bool(function.summary.errnos) or any(
        moment.value is not None and moment.value.kind in (V.NEG_ERRNO, V.NEGATIVE)
        for moment in function.flow.returns()
    )


def _callee(expr: Expr, state: State) -> str:
    """The call whose result the condition looks at."""
    if expr.kind is K.BINARY and len(expr.kids) == 2:
        expr = expr.kids[0]
    if expr.kind is K.ASSIGN and expr.text == "=":
        expr = expr.kids[1]
    if expr.kind is K.CALL:
        return expr.text
    value = state.values.get(expr.key)
    return value.name if value is not None and value.kind is V.RESULT else ""


def _hit(function: FunctionFacts, line: int, known: Returns, words: str) -> Hit:
    return Hit(
        rule=RULE,
        function=function.name,
        line=line,
        subject=known.call,
        words=(("callee", known.call), ("means", known.means), ("what", words)),
        steps=(HitStep(line, f"the result of {known.call}() {words}; it is {known.means}"),),
    )
