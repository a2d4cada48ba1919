# SPDX-License-Identifier: GPL-2.0-or-later
"""Something failed, and the variable that is returned for it still says success.

The variable is 0 from the call before, or from its declaration. Silent where the function sets it
on the way out, where it knows no errors, and where the condition may as well be a normal end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from vreview.analysis.altered import replace
from vreview.analysis.causes import Cause, Why, cause_of, found_failure, found_success
from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, K, is_nought, names_in
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V, Value

RULE = "success-on-failure"
_SUCCESS = frozenset({V.ZERO, V.NONNEGATIVE, V.POSITIVE})
_ERRORS = frozenset({V.NEG_ERRNO, V.NEGATIVE, V.ERR_PTR, V.NONZERO, V.MINUS_ONE})
_NUMBERS = frozenset({"int", "long", "ssize_t", "s32", "s64", "signed int", "long long"})
_NO_FAILURE = re.compile(
    rb"return(s|ing)? (0|zero|success|ok|without|early|silent)|not? (an )?error|ignor|optional"
    rb"|harmless|no need|nothing|skip|already|fine\b|don't (fail|care)|doesn't matter",
    re.IGNORECASE,
)
_ASKS = re.compile(r"support|enabled|avail|capab|need|want|allow|dont")
"""Such a call asks whether something is to be done at all."""
_COUNTS = re.compile(
    r"[ijkn]|\w*(len|count|cnt|num|size|bytes|copied|written|read|total|done|idx|index|pos|off|offset)|nr\w*"
)
_WARNS = re.compile(rb"\bif \((?:un)?(?:likely\()?WARN_ON(?:_ONCE)?\((!?)[^&|]*$")
_FEWEST_ERRORS = 2
_ASSERTS = "dev_err"
_CONSTANTS = frozenset({"NULL", "false", "true"})
_SURE = frozenset({Why.NO_MEMORY, Why.ERROR_POINTER, Why.CALL_FAILED, Why.REPORTED})
_CALLS = frozenset({Why.NO_MEMORY, Why.ERROR_POINTER, Why.CALL_FAILED})
_WORDS = {
    Why.NO_MEMORY: "{callee}() gave no memory",
    Why.ERROR_POINTER: "{callee}() gave an error pointer",
    Why.CALL_FAILED: "{callee}() failed",
    Why.NOTHING: "{callee}() gave nothing",
}


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each place that leaves with success after a failure."""
    result = function.function.result
    if result not in _NUMBERS and "*" not in result:
        return
    returns = [m for m in function.flow.returns() if m.expr is not None]
    never = not any(m.value is not None and m.value.kind in _ERRORS for m in returns)
    if never and not _only_nought(function, returns):
        return
    told = _one_is_success(function, returns)
    odd = _odd_jumps(returns)
    seen: set[int] = set()
    labels = {n.name: n.line for n in function.graph.nodes if n.op is Op.LABEL and n.name}
    for moment in returns:
        cause = _cause(_as_warned(_before_cleanup(moment, labels), file), function, odd)
        if (
            cause is None
            or (never and cause.why not in _SURE)
            or cause.leaves in seen
            or _explained(cause, file)
        ):
            continue
        if told and cause.why not in _CALLS:
            continue  # 1 is the success: 0 may mean that there is nothing
        seen.add(cause.leaves)
        yield _hit(moment, cause, function)


def _one_is_success(function: FunctionFacts, returns: Sequence[Moment]) -> bool:
    """1 itself is returned, or a variable that it was assigned to."""
    ones = {
        expr.kids[0].key
        for expr in function.expressions()
        if expr.kind is K.ASSIGN and len(expr.kids) == 2 and expr.kids[1].text == "1"
    }
    return any(
        m.expr is not None
        and m.value is not None
        and m.value.kind is V.POSITIVE
        and (m.expr.text == "1" or m.expr.key in ones)
        for m in returns
    )


def _only_nought(function: FunctionFacts, returns: Sequence[Moment]) -> bool:
    """The one variable that is returned is 0 from its declaration on, and nothing else ever."""
    variables = {_variable(moment.expr) for moment in returns}
    if len(variables) != 1 or "" in variables:
        return False
    name = variables.pop()
    values = [
        node.expr
        for node in function.graph.nodes
        if node.op is Op.DECLARE and node.name == name and node.expr is not None
    ]
    changed = any(
        expr.kind in (K.ASSIGN, K.UPDATE, K.ADDRESS) and expr.kids and expr.kids[0].key == name
        for expr in function.expressions()
    )
    return len(values) == 1 and is_nought(values[0]) and not changed


def _before_cleanup(moment: Moment, labels: Mapping[str, int]) -> Moment:
    """The path as it was at its last goto, where all that it has decided since is which cleanup
    there is to do behind the label."""
    turn, fled = moment.state.turn, moment.state.fled
    if turn is None or fled is None or not 0 < labels.get(fled.label, 0) <= turn.expr.line:
        return moment
    return replace(moment, state=replace(moment.state, turn=None))


def _as_warned(moment: Moment, file: FileFacts) -> Moment:
    """``if (WARN_ON(...)) goto out;`` complains in its condition."""
    state = moment.state
    turn = state.turn if state.turn is not None or state.fled is None else state.fled.turn
    warns = _WARNS.search(file.lines[turn.expr.line - 1]) if turn is not None else None
    if turn is None or warns is None or turn.truth == bool(warns.group(1)):
        return moment
    if state.turn is not None:
        return replace(moment, state=replace(state, complaint=state.complaint or _ASSERTS))
    if state.fled is None:
        return moment
    fled = replace(state.fled, complaint=state.fled.complaint or _ASSERTS)
    return replace(moment, state=replace(state, fled=fled))


def _explained(cause: Cause, file: FileFacts) -> bool:
    """A comment between the condition and the way out says that this is no failure."""
    first, last = cause.line - 1, max(cause.line, cause.leaves) + 1
    return any(
        comment.last >= first and comment.first <= last and _NO_FAILURE.search(comment.text)
        for comment in file.comments
    )


def _odd_jumps(returns: Sequence[Moment]) -> frozenset[int]:
    """The lines of gotos that bring success to an exit where all else is failure: at least two
    others bring an error, and success has an exit of its own."""
    exits: dict[int, tuple[set[int], set[int]]] = {}
    for moment in returns:
        good, bad = exits.setdefault(moment.line, (set(), set()))
        line = moment.state.fled.line if moment.state.fled is not None else 0
        if moment.value is not None and moment.value.kind in _ERRORS:
            bad.add(line)
        else:
            good.add(line)
    odd: set[int] = set()
    for line, (good, bad) in exits.items():
        elsewhere = any(other != line and others[0] for other, others in exits.items())
        alone = good - bad
        if (
            elsewhere
            and 0 not in good
            and len(bad) >= _FEWEST_ERRORS
            and len(alone) * 2 <= len(bad)
        ):
            odd |= alone
    return frozenset(odd)


def _cause(moment: Moment, function: FunctionFacts, odd: frozenset[int]) -> Cause | None:
    value, variable = moment.value, _variable(moment.expr)
    if "*" in function.function.result and not _is_error_pointer(moment.expr):
        return None
    if not variable or _COUNTS.fullmatch(variable):
        return None
    if value is None or value.kind not in _SUCCESS or moment.state.blind:
        return None
    cause = cause_of(moment, function.knowledge, function.world)
    if cause is None or cause.why is Why.TOLD or _set_since(value, cause, function):
        return None
    if cause.why is Why.OTHER and cause.turn is not None and _ASKS.search(cause.turn.callee):
        return None
    if (
        cause.why is Why.OTHER
        and cause.turn is not None
        and found_success(cause.turn, function.knowledge, function.world)
    ):
        return None
    if cause.why is Why.ERROR_POINTER and _or_null(cause) and _meant(value, function):
        return None
    if cause.why not in _SURE and (
        not (cause.leaves in odd or cause.why is Why.NOTHING or _as_error(value, cause))
        or _meant(value, function)
    ):
        return None
    if (
        cause.turn is not None
        and cause.turn.key == variable
        and (cause.why is not Why.REPORTED or found_failure(cause.turn))
    ):
        return None
    if value.kind is not V.ZERO and cause.why is Why.OTHER and cause.leaves not in odd:
        return None
    if cause.why is Why.OTHER and _asked_there(variable, cause.label, function):
        return None
    return cause


def _asked_there(variable: str, label: str, function: FunctionFacts) -> bool:
    """Behind the label the variable is looked at: success is known to come there as well."""
    nodes = function.graph.nodes
    place = next((n.line for n in nodes if n.op is Op.LABEL and n.name == label and label), 0)
    return place > 0 and any(
        n.op is Op.BRANCH
        and n.line >= place
        and n.expr is not None
        and variable in names_in(n.expr)
        for n in nodes
    )


def _as_error(value: Value, cause: Cause) -> bool:
    """``if (x) { warn(); return ret; }`` where a call's success is all that ``ret`` can be: who
    meant success would have written 0."""
    warned = cause.why is Why.WARNED and not cause.label
    return warned and value.kind in (V.ZERO, V.NONNEGATIVE) and bool(value.name)


def _set_since(value: Value, cause: Cause, function: FunctionFacts) -> bool:
    """The variable got its value after the failure. A call's result may stand further down in a
    loop and still be older."""
    if not value.name:
        return value.site >= cause.line or value.kind is V.POSITIVE
    labels = [n.line for n in function.graph.nodes if n.op is Op.LABEL and n.name == cause.label]
    return bool(cause.label) and any(line <= value.site for line in labels)


def _meant(value: Value, function: FunctionFacts) -> bool:
    """``ret = 0;`` is a statement of its own, after the declarations: success is meant."""
    declared = {node.line for node in function.graph.nodes if node.op is Op.DECLARE}
    return not value.name and value.site not in declared


def _or_null(cause: Cause) -> bool:
    return cause.turn is not None and cause.turn.expr.text == "IS_ERR_OR_NULL"


def _is_error_pointer(expr: Expr | None) -> bool:
    return expr is not None and expr.kind is K.CALL and expr.text == "ERR_PTR"


def _variable(expr: Expr | None) -> str:
    """The variable in ``return ret``, ``return ERR_PTR(ret)``, ``return dev_err_probe(d, ret)``."""
    if expr is not None and expr.kind is K.CALL and expr.kids:
        expr = expr.kids[1] if expr.text != "ERR_PTR" and len(expr.kids) > 1 else expr.kids[0]
    named = expr is not None and expr.kind is K.NAME and expr.text not in _CONSTANTS
    return expr.text if expr is not None and named else ""


def _hit(moment: Moment, cause: Cause, function: FunctionFacts) -> Hit:
    value, variable = moment.value, _variable(moment.expr)
    callee = cause.turn.callee if cause.turn is not None else ""
    words = _WORDS.get(cause.why, "this leaves as an error").format(callee=callee or "the call")
    what = "0" if value is not None and value.kind is V.ZERO else "not below 0"
    return Hit(
        rule=RULE,
        function=function.name,
        line=cause.leaves,
        subject=f"{variable}: {callee or cause.label or cause.complaint}",
        words=(("variable", variable), ("function", function.name), ("cause", words)),
        steps=(
            *moment.state.steps(8),
            HitStep(cause.line, words),
            HitStep(cause.leaves, f"`{variable}` is {what} here, and it is returned"),
        ),
        weak=cause.why not in _SURE or value is None or value.kind is not V.ZERO,
    )
