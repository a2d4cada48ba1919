# SPDX-License-Identifier: GPL-2.0-or-later
"""What a condition's outcome tells about the values in it; ``None`` where it cannot come out so."""

from __future__ import annotations

import re

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, K, is_nought
from vreview.analysis.freed import turned_out
from vreview.analysis.held import failed
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.state import (
    ABOVE_ZERO,
    BELOW_ZERO,
    NOT_ZERO,
    Failure,
    State,
    Turn,
    V,
    Value,
    take,
)

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}
COMPARISONS = frozenset(OPPOSITE)
_SUCCESS = re.compile(r"(^|_)(SUCCESS|OK|NULL|NO_?ERR(OR)?)$")
"""Constants that are 0 by another name."""
_FAILED = re.compile(r"^(?=[A-Z])[A-Z0-9_]*(ERROR|INVALID|BAD_|FAILURE|FAILED)[A-Z0-9_]*$")
_ERROR_TESTS = frozenset({"IS_ERR", "IS_ERR_OR_NULL", "IS_ERR_VALUE"})


def refine(
    expr: Expr, value: Value | None, truth: bool, state: State | None, *, knowledge: Knowledge
) -> State | None:
    """The state on the arc where the (already evaluated) condition came out as ``truth``."""
    if state is None:
        return None
    state = replace(state, failed=None)
    if expr.kind is K.CALL and expr.text in _ERROR_TESTS and expr.kids:
        return _pointer(expr, truth, state)
    if expr.kind is K.CALL and expr.text.endswith("mapping_error") and len(expr.kids) == 2:
        return lost(state, None, expr.kids[1].key, "errptr") if truth else state
    if expr.kind is K.BINARY and expr.text in _FLIPPED and len(expr.kids) == 2:
        if value is not None and value.kind is (V.ZERO if truth else V.POSITIVE):
            return None
        return _comparison(expr, truth, state, knowledge)
    return _sign(_subject(expr), value, "!=" if truth else "==", state)


def turn_of(expr: Expr, truth: bool, state: State) -> Turn:
    """The condition as a turn of the path; ``state`` is the one after it."""
    looked = expr
    if expr.kind is K.CALL and expr.text in _ERROR_TESTS and expr.kids:
        looked = expr.kids[0]
    elif expr.kind is K.BINARY and expr.text in _FLIPPED and expr.kids:
        looked = expr.kids[1] if is_nought(expr.kids[0]) else expr.kids[0]
    if looked.kind is K.ASSIGN and looked.text == "=" and looked.kids[1].kind is K.CALL:
        return Turn(expr, truth, looked.kids[1].text, looked.kids[0].key)
    if looked.kind is K.CALL:
        return Turn(expr, truth, looked.text)
    key = _subject(looked)
    known = state.values.get(key)
    return Turn(expr, truth, known.name if known is not None else "", key)


def lost(state: State, value: Value | None, key: str, outcome: str) -> State:
    """The result turned out as ``outcome``: what that says of what was acquired and given back."""
    return turned_out(failed(state, value, key, outcome), value, outcome)


def _subject(expr: Expr) -> str:
    """The variable or member that carries the tested value, or ''."""
    if expr.kind is K.ASSIGN and expr.text == "=" and expr.kids:
        expr = expr.kids[0]
    return expr.key


def _pointer(expr: Expr, truth: bool, state: State) -> State | None:
    name = _subject(expr.kids[0])
    known = state.values.get(name)
    if known is not None and known.kind in (V.ERR_PTR, V.OK_PTR) and expr.text != "IS_ERR_OR_NULL":
        if (known.kind is V.ERR_PTR) != truth:
            return None
        return state
    if known is not None and known.kind is V.ZERO and expr.text == "IS_ERR" and truth:
        return None
    if not name:
        return state
    callee = known.name if known is not None and known.kind is V.RESULT else ""
    kind = V.ERR_PTR if truth else V.OK_PTR
    site = known.site if known is not None else expr.line
    state = replace(state, values={**state.values, name: Value(kind, callee, site)})
    if truth:
        state = lost(state, known, name, "errptr")
    if truth and callee and expr.text != "IS_ERR_OR_NULL":
        state = replace(state, failed=Failure(callee, name, expr.line, pointer=True))
    return state


def _comparison(expr: Expr, truth: bool, state: State, knowledge: Knowledge) -> State | None:
    left, right = expr.kids
    operator = expr.text
    if is_nought(left) or _errno_of(left, knowledge):
        left, right, operator = right, left, _FLIPPED[operator]
    if not truth:
        operator = OPPOSITE[operator]
    name = _subject(left)
    value = state.values.get(name)
    if value is None and left.kind is K.CALL:
        value = Value(V.RESULT, left.text, left.line)
    if is_nought(right) or (right.kind is K.NAME and _SUCCESS.search(right.text)):
        if operator == "<=" and value is not None and _never_negative(value, knowledge):
            operator = "=="
        return _sign(name, value, operator, state)
    if value is not None and _never(value, operator, right, state):
        return None
    asked = operator == "!=" and right.kind is K.NUMBER  # so many were asked for
    if asked and value is not None and value.kind is V.RESULT:
        return lost(state, value, name, "errptr")
    if operator == "==" and (_is_minus_one(right) or _names_failure(right)):
        return lost(state, value, name, "errptr")
    if errno := _errno_of(right, knowledge):
        return _errno(name, value, operator, errno, state)
    return state


def _never(value: Value, operator: str, right: Expr, state: State) -> bool:
    """0 is not at least a bound above it, and what is not above 0 equals no number but 0."""
    if operator == ">=" and value.kind is V.ZERO:
        bound = state.values.get(right.key)
        return _surely_some(right) or (bound is not None and bound.kind in (V.NONZERO, V.POSITIVE))
    number = operator == "==" and right.kind is K.NUMBER
    return number and (value.kind is V.ZERO or value.kind in BELOW_ZERO)


def _is_minus_one(expr: Expr) -> bool:
    return expr.kind is K.UNARY and expr.text == "-" and expr.kids[0].text == "1"


def _names_failure(expr: Expr) -> bool:
    """A constant whose name says that a call gave nothing: ``X_ERROR_CODE``, ``INVALID_X``."""
    return expr.kind is K.NAME and _FAILED.search(expr.text) is not None


def _never_negative(value: Value, knowledge: Knowledge) -> bool:
    """An untested result that is 0, or the number of what was left undone."""
    known = knowledge.returns.get(value.name) if value.kind is V.RESULT else None
    return known is not None and known.failure == "positive"


def _surely_some(expr: Expr) -> bool:
    """A constant bound: a loop from 0 runs at least once."""
    if expr.kind is K.CALL:
        return expr.text == "ARRAY_SIZE"
    return expr.kind is K.NUMBER or (expr.kind is K.NAME and expr.text.isupper())


def _errno_of(expr: Expr, knowledge: Knowledge) -> str:
    if expr.kind is K.UNARY and expr.text == "-" and expr.kids[0].text in knowledge.errnos:
        return expr.kids[0].text
    return ""


def _errno(name: str, value: Value | None, operator: str, errno: str, state: State) -> State | None:
    if value is None or not name or operator not in ("==", "!="):
        return state
    same = value.kind is V.NEG_ERRNO and value.name == errno
    if operator == "==":
        if (
            value.kind is V.ZERO
            or value.kind in ABOVE_ZERO
            or (value.kind is V.NEG_ERRNO and not same)
        ):
            return None
        state = lost(state, value, name, "nonzero")
        return replace(state, values={**state.values, name: Value(V.NEGATIVE, "", value.site)})
    return None if same else state


def _sign(name: str, value: Value | None, operator: str, state: State) -> State | None:
    """``name`` (whose value is ``value``) compared with 0."""
    kind = value.kind if value is not None else None
    if not possible(kind, operator):
        return None
    after = _after(kind, operator)
    if after is V.NONZERO and value is not None and (value.name, value.site) in state.pending:
        after = V.NEGATIVE  # the callee is in view: it fails with less than 0
    callee = value.name if value is not None and kind in (V.RESULT, V.NONZERO) else ""
    site = value.site if value is not None else 0
    if value is not None and value.lock is not None:
        state = _locked(value, operator, state)
    if after is not None and name:
        state = replace(state, values={**state.values, name: Value(after, callee, site)})
    if operator in ("<", "!="):
        state = lost(state, value, name, "nonzero")
    elif operator == "==":
        state = lost(state, value, name, "zero")
    if callee and operator in ("<", "!=") and after is not None:
        state = replace(state, failed=Failure(callee, name, site, pointer=False))
    return state


def possible(kind: V | None, operator: str) -> bool:
    """May a value of this kind compare so with 0?"""
    match operator:
        case "==":
            return kind not in NOT_ZERO
        case "!=":
            return kind is not V.ZERO
        case "<":
            return kind is not V.ZERO and kind not in ABOVE_ZERO and kind is not V.NONNEGATIVE
        case ">=":
            return kind not in BELOW_ZERO
        case ">":
            return kind is not V.ZERO and kind not in BELOW_ZERO
        case _:
            return kind not in ABOVE_ZERO


def _after(kind: V | None, operator: str) -> V | None:
    """What is known after the comparison; ``None`` where that is not more than before."""
    if operator == "==":
        return V.ZERO if kind is not V.ZERO else None
    if kind in (V.NEG_ERRNO, V.POS_ERRNO, V.MINUS_ONE, V.ERR_PTR, V.OK_PTR):
        return None
    if operator == "!=":
        if kind is V.NONNEGATIVE:
            return V.POSITIVE
        return V.NONZERO if kind in (None, V.RESULT) else None
    if operator == "<":
        return V.NEGATIVE
    if operator == ">":
        return V.POSITIVE
    if operator == ">=":
        if kind is V.NONZERO:
            return V.POSITIVE
        return V.NONNEGATIVE if kind in (None, V.RESULT) else None
    return V.NEGATIVE if kind is V.NONZERO else None


def _locked(value: Value, operator: str, state: State) -> State:
    """A trylock's result was tested: it is held now, or not."""
    held = value.lock
    if held is None:
        return state
    result = "zero" if operator in ("==", ">=", "<=") else "nonzero"
    return take(state, held) if result == value.held_if else state
