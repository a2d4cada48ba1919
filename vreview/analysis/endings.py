# SPDX-License-Identifier: GPL-2.0-or-later
"""What a function of the file gives back of what it is handed: on every path, or when it fails.

Read from the function's own paths, walked once and only if it may give anything back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, K, walk
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.state import BELOW_ZERO, Freed, State, V, below

if TYPE_CHECKING:
    from vreview.analysis.evaluate import Moment
    from vreview.analysis.flow import Flow
    from vreview.analysis.graph import Graph
    from vreview.analysis.summary import FunctionSummary
    from vreview.analysis.syntax import Function

_DEEPEST = 4


class Walked(Protocol):
    """What is needed of a function."""

    @property
    def function(self) -> Function: ...
    @property
    def graph(self) -> Graph: ...
    @property
    def summary(self) -> FunctionSummary: ...
    @property
    def flow(self) -> Flow: ...


@dataclass(frozen=True, slots=True)
class Ends:
    """``always``: (parameter, what follows its name, how); ``failing``: the same for one outcome
    of the result (``zero``, ``nonzero``, ``errptr``) on at least one path."""

    always: tuple[tuple[int, str, Freed], ...] = ()
    failing: tuple[tuple[str, int, str, Freed], ...] = ()
    """Also for ``zero`` of a number, where every success does so."""


_NOTHING = Ends()


class Endings:
    """Answers for the functions of one file; a function that calls itself ends nothing."""

    def __init__(self, functions: Iterable[Walked], knowledge: Knowledge) -> None:
        self._functions = {f.function.name: f for f in functions}
        self._knowledge = knowledge
        self._known: dict[str, Ends] = {}
        self._may: dict[str, bool] = {}
        self._sets: dict[str, frozenset[str]] = {}

    def of(self, name: str) -> Ends:
        known = self._known.get(name)
        if known is not None:
            return known
        self._known[name] = _NOTHING
        function = self._functions.get(name)
        if function is not None and self._may_end(name, 0):
            self._known[name] = _ends(function)
        return self._known[name]

    def sets(self, name: str) -> frozenset[str] | None:
        """The members that the function or a callee in the file assigns; ``None``: not known."""
        if name not in self._functions:
            return None
        if name not in self._sets:
            found: set[str] = set()
            seen, todo = {name}, [name]
            while todo:
                function = self._functions.get(todo.pop())
                if function is None:
                    continue
                for expr in _assignments(function):
                    found.add(expr.kids[0].text)
                for call in function.summary.calls:
                    if call.call not in seen:
                        seen.add(call.call)
                        todo.append(call.call)
            self._sets[name] = frozenset(found)
        return self._sets[name]

    def _may_end(self, name: str, depth: int) -> bool:
        known = self._may.get(name)
        if known is not None:
            return known
        function = self._functions.get(name)
        if function is None or depth > _DEEPEST or not any(function.function.parameters):
            return False
        self._may[name] = False
        self._may[name] = any(
            call.call in self._knowledge.frees or self._may_end(call.call, depth + 1)
            for call in function.summary.calls
        )
        return self._may[name]


def _assignments(function: Walked) -> Iterable[Expr]:
    for node in function.graph.nodes:
        for expr in walk(node.expr) if node.expr is not None else ():
            if expr.kind is K.ASSIGN and expr.kids and expr.kids[0].kind is K.MEMBER:
                yield expr


def _changed(function: Walked) -> Iterable[str]:
    """The variables that the function gives another value."""
    for node in function.graph.nodes:
        for expr in walk(node.expr) if node.expr is not None else ():
            if expr.kind in (K.ASSIGN, K.UPDATE) and expr.kids[0].kind is K.NAME:
                yield expr.kids[0].text


def _ends(function: Walked) -> Ends:
    returns = list(function.flow.returns())
    changed = frozenset(_changed(function))
    parameters = {
        name: i
        for i, name in enumerate(function.function.parameters)
        if name and name not in changed
    }
    if not returns or any(m.state.blind for m in returns):
        return _NOTHING
    pointer = "*" in function.function.result
    common: dict[tuple[int, str], Freed] | None = None
    success: dict[tuple[int, str], Freed] | None = None
    failing: dict[tuple[str, int, str], Freed] = {}
    for moment in returns:
        here = dict(_of_parameters(moment.state.freed, parameters))
        outcome = _outcome(moment, pointer=pointer)
        if outcome:
            failing |= {(outcome, *k): f for k, f in here.items() if f.sure}
        failing |= _handed_on(moment, parameters)
        if not pointer and not outcome:
            nought = moment.value is not None and moment.value.kind is V.ZERO
            kept = here if success is None else {k: f for k, f in success.items() if k in here}
            success = {k: f for k, f in kept.items() if f.sure} if nought else {}
        if any(v.kind is V.ZERO and n in parameters for n, v in moment.state.values.items()):
            continue
        common = here if common is None else {k: f for k, f in common.items() if k in here}
    common = common or {}
    failing |= {("zero", *k): f for k, f in (success or {}).items()}
    return Ends(
        always=tuple((*k, f) for k, f in sorted(common.items(), key=lambda item: item[0])),
        failing=tuple(
            (*k, f)
            for k, f in sorted(failing.items(), key=lambda item: item[0])
            if k[1:] not in common
        ),
    )


def _of_parameters(
    freed: Mapping[str, Freed], parameters: Mapping[str, int]
) -> Iterable[tuple[tuple[int, str], Freed]]:
    for key, how in freed.items():
        for name, position in parameters.items():
            if below(key, name) and "[" not in key:
                yield (position, key[len(name) :]), how


def _outcome(moment: Moment, *, pointer: bool) -> str:
    """The failing outcome that the return tells its caller, or ''."""
    value = moment.value
    if value is None or moment.expr is None:
        return ""
    if pointer:
        return {V.ZERO: "zero", V.ERR_PTR: "errptr"}.get(value.kind, "")
    return "nonzero" if value.kind in BELOW_ZERO or value.kind is V.NONZERO else ""


def _handed_on(moment: Moment, parameters: Mapping[str, int]) -> dict[tuple[str, int, str], Freed]:
    """``return f(p)``: what ``f`` gives back when it fails."""
    value = moment.value
    if value is None or value.kind is not V.RESULT or not moment.state.pending:
        return {}
    late = moment.state.pending.get((value.name, value.site), ())
    gone = {p.key: p.freed for p in late}
    outcomes = {p.key: p.outcome for p in late}
    found: dict[tuple[str, int, str], Freed] = {}
    for key, how in gone.items():
        for (position, suffix), _ in _of_parameters({key: how}, parameters):
            found[outcomes[key], position, suffix] = how
    return found


def lasting(state: State, local: frozenset[str], live: frozenset[str], *, crowded: bool) -> State:
    """The state without what nobody can ask for any more of its ``freed`` and ``pending``.

    ``crowded``: neither what only the function's callers could ask for.
    """
    freed, pending = state.freed, state.pending
    kept = {
        key: f
        for key, f in freed.items()
        if key in live or (not crowded and (_root(key) not in local or _root(key) in live))
    }
    asked = {(v.name, v.site) for v in state.values.values()} if pending else set()
    late = {call: rest for call, rest in pending.items() if call in asked}
    if len(kept) == len(freed) and len(late) == len(pending):
        return state
    return replace(state, freed=kept, pending=late)


def _root(key: str) -> str:
    return key.lstrip("*").split("->", 1)[0].split("[", 1)[0]
