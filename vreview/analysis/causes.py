# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a path left its function: the condition that sent it away, and how sure that was a failure.

Reads one moment; knows no graph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from vreview.analysis.complaint import by_name
from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import K, is_nought
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.state import Turn
from vreview.analysis.summary import World

_ERROR_LABEL = re.compile(
    r"(^|_)(err|error|errout|fail|failed|failure|bad|abort|undo|unwind|rollback)(_|\d|$)",
    re.IGNORECASE,
)
_ALLOCATES = re.compile(r"alloc(?!ated)|memdup|strdup|kasprintf|_create|create_|ioremap|vmap")
_SAYS_NO = re.compile(
    r"(^|_)(is|can|has|test|need|want|should|find|match|cmp|index|idx|lookup|search|to|2)(_|$)"
)


class Why(Enum):
    """What the last condition found."""

    NO_MEMORY = auto()  # an allocation gave NULL
    ERROR_POINTER = auto()
    CALL_FAILED = auto()  # a call that gives errnos
    REPORTED = auto()  # something else, and an error message follows
    WARNED = auto()  # the same with a warning
    NOTHING = auto()  # a call gave NULL or 0, and the way leads to a label of an error's name
    TOLD = auto()  # something, and a member that holds a status was set for it
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Cause:
    """``line``: of the condition. ``leaves``: of the goto, or of the return. ``turn`` is ``None``
    where a ``case`` leads here."""

    why: Why
    turn: Turn | None
    line: int
    leaves: int
    label: str
    complaint: str


def cause_of(moment: Moment, knowledge: Knowledge, world: World) -> Cause | None:
    """Why this path came to the return, or ``None`` where no single condition tells."""
    state = moment.state
    turn, complaint, label, leaves = state.turn, state.complaint, "", moment.line
    if turn is None and state.fled is not None:
        fled = state.fled
        turn, complaint, label, leaves = fled.turn, fled.complaint, fled.label, fled.line
    if turn is None and not label and (not complaint or state.fell):
        return None
    why = _why(turn, complaint, knowledge, world)
    if why is Why.OTHER and turn is not None and _ERROR_LABEL.search(label):
        why = Why.NOTHING if _gave_nothing(turn) else why
    line = turn.expr.line if turn is not None else leaves
    return Cause(why, turn, line, leaves, label, complaint)


def _why(turn: Turn | None, complaint: str, knowledge: Knowledge, world: World) -> Why:
    loud = by_name(complaint) if complaint else ""
    if turn is None and not complaint:
        return Why.OTHER
    if turn is not None:
        if turn.told:
            return Why.TOLD
        if is_error_pointer(turn):
            return Why.ERROR_POINTER
        if found_zero(turn) and _gives_memory(turn.callee, knowledge, world):
            return Why.NO_MEMORY
        if found_failure(turn) and gives_errno(turn.callee, knowledge, world):
            return Why.CALL_FAILED
    if loud in ("error", "printk"):
        return Why.REPORTED
    if loud == "warning":
        return Why.WARNED
    return Why.OTHER


def is_error_pointer(turn: Turn) -> bool:
    """The condition found an error pointer."""
    tested = turn.expr.kind is K.CALL and turn.expr.text in ("IS_ERR", "IS_ERR_OR_NULL")
    return tested and turn.truth


def found_zero(turn: Turn) -> bool:
    """The condition found that a value is 0 or NULL."""
    expr = turn.expr
    if expr.kind is K.CALL and expr.text == "IS_ERR":
        return False
    if expr.kind is K.BINARY and expr.text in ("==", "!=") and any(map(is_nought, expr.kids)):
        return (expr.text == "==") == turn.truth
    return expr.kind is not K.BINARY and not turn.truth


def found_failure(turn: Turn) -> bool:
    """The condition found that a value is not 0, or below it."""
    expr = turn.expr
    if expr.kind is K.BINARY:
        if not (len(expr.kids) == 2 and is_nought(expr.kids[1])):
            return False
        return (expr.text in ("!=", "<")) == turn.truth and expr.text in ("!=", "<", "==", ">=")
    return turn.truth


def found_success(turn: Turn, knowledge: Knowledge, world: World) -> bool:
    """The condition found that a call gave what it was asked for."""
    if _gives_memory(turn.callee, knowledge, world):
        plain = turn.expr.kind is not K.BINARY or any(map(is_nought, turn.expr.kids))
        return plain and not found_zero(turn) and not is_error_pointer(turn)
    return found_zero(turn) and gives_errno(turn.callee, knowledge, world)


def _gave_nothing(turn: Turn) -> bool:
    callee = turn.callee
    return found_zero(turn) and callee.isidentifier() and not _SAYS_NO.search(callee)


def _gives_memory(callee: str, knowledge: Knowledge, world: World) -> bool:
    summary = world.functions.get(callee)
    if summary is not None and "*" not in summary.result:
        return False
    return bool(callee) and bool(_ALLOCATES.search(callee)) and callee not in knowledge.err_pointer


def gives_errno(callee: str, knowledge: Knowledge, world: World) -> bool:
    """Callers of ``callee`` take a result other than 0 for an errno."""
    if not callee or _SAYS_NO.search(callee):
        return False
    if callee in knowledge.must_check or callee in knowledge.errno_calls:
        return True
    summary = world.functions.get(callee)
    return summary is not None and summary.result == "int" and bool(world.errnos_of(callee))
