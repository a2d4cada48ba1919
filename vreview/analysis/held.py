# SPDX-License-Identifier: GPL-2.0-or-later
"""What the path has acquired and not yet given back, and what it has given back for good.

Pure steps from state to state; which calls acquire and release is the knowledge's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from vreview.analysis.expr import Expr, K, root_name
from vreview.analysis.knowledge import Pair
from vreview.analysis.state import Freed, Resource, State, V, Value, below, variables_of
from vreview.analysis.summary import World

Pairs = Mapping[str, tuple[Pair, ...]]
_TELLS_ERROR = frozenset({"PTR_ERR", "IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR_OR_ZERO", "ERR_CAST"})


def object_of(expr: Expr) -> str:
    """The key of what an argument names: ``p`` of ``p``, ``&p->list`` gives ``p->list``."""
    while expr.kind is K.ADDRESS and expr.kids:
        expr = expr.kids[0]
    return expr.key


def acquire_argument(call: Expr, pairs: Pairs, state: State) -> State:
    """The call acquires something for the object in one of its arguments."""
    for pair in pairs.get(call.text, ()):
        if pair.handle is None or pair.handle >= len(call.kids):
            continue
        key = object_of(call.kids[pair.handle])
        if key:
            state = _hold(state, Resource(key, pair.name, call.text, call.line, pair.failure))
    return state


def acquire_result(key: str, value: Value | None, pairs: Pairs, state: State) -> State:
    """``key`` now names what the call behind ``value`` gave."""
    if value is None or value.kind is not V.RESULT or not key:
        return state
    for pair in pairs.get(value.name, ()):
        if pair.handle is None:
            state = _hold(state, Resource(key, pair.name, value.name, value.site, pair.failure))
    return state


def _hold(state: State, resource: Resource) -> State:
    state = replace(state, held={**state.held, (resource.pair, resource.key): resource})
    return state.said(resource.line, f"`{resource.key}` is acquired by {resource.call}()")


def release(call: Expr, pairs: Pairs, state: State) -> State:
    """The call gives something back."""
    for pair in pairs.get(call.text, ()):
        if pair.release_arg >= len(call.kids):
            continue
        key = object_of(call.kids[pair.release_arg])
        if not key:
            continue
        if (pair.name, key) in state.held:
            held = {k: r for k, r in state.held.items() if k != (pair.name, key)}
            state = replace(state, held=held)
        if pair.frees and key not in state.freed:
            state = replace(state, freed={**state.freed, key: Freed(call.text, call.line)})
            state = state.said(call.line, f"`{call.text}({key})` gives it back")
    return state


_FAILS: Mapping[str, frozenset[str]] = {
    "zero": frozenset({"null", "errptr"}),
    "errptr": frozenset({"null", "errptr"}),
    "nonzero": frozenset({"nonzero", "negative"}),
}


def failed(state: State, value: Value | None, key: str, outcome: str) -> State:
    """The result ``value`` (also in ``key``) turned out as ``outcome`` (zero, nonzero, errptr):
    where that is a failure, nothing was acquired."""
    if not state.held:
        return state
    fails = _FAILS[outcome]
    held = {
        k: r
        for k, r in state.held.items()
        if r.failure not in fails
        or not (
            (r.key == key and outcome != "nonzero")
            or (value is not None and r.call == value.name and r.line == value.site)
        )
    }
    return state if len(held) == len(state.held) else replace(state, held=held)


def handed(state: State, key: str, how: str) -> State:
    """Somebody else may now be the one to give ``key`` back."""
    if not state.held or not key:
        return state
    held = {
        k: replace(r, gone=how) if r.key == key and not r.gone else r for k, r in state.held.items()
    }
    return replace(state, held=held)


def handed_in_call(call: Expr, pairs: Pairs, world: World, state: State) -> State:
    """What becomes of the resources that a call gets to see."""
    if not state.held or call.text in pairs:
        return state
    for position, kid in enumerate(call.kids):
        key = object_of(kid)
        if not key:
            continue
        for resource in list(state.held.values()):
            named = resource.key == key or (kid.kind is K.ADDRESS and below(key, resource.key))
            if named and not _only_looks(call, position, world):
                state = handed(state, resource.key, f"given to {call.text}()")
    return state


def _only_looks(call: Expr, position: int, world: World) -> bool:
    """The callee is in view and neither stores nor releases that argument."""
    summary = world.functions.get(call.text)
    return summary is not None and position not in summary.keeps


def overwritten(state: State, key: str) -> State:
    """``key`` has another value: what was known of the old one ends here."""
    held, freed = state.held, state.freed
    if held and any(_about(r.key, key) for r in held.values()):
        held = {k: r for k, r in held.items() if not _about(r.key, key)}
    if freed and any(_about(f, key) for f in freed):
        freed = {f: v for f, v in freed.items() if not _about(f, key)}
    if held is state.held and freed is state.freed:
        return state
    return replace(state, held=held, freed=freed)


def _about(key: str, changed: str) -> bool:
    return below(key, changed) or (changed.isidentifier() and changed in variables_of(key))


def mentioned(expr: Expr) -> Iterable[str]:
    """Plain variables that an expression hands on by value, as in ``return p`` or ``x = p``."""
    if expr.kind in (K.NAME, K.MEMBER, K.INDEX):
        return (expr.key,) if expr.key else ()
    if expr.kind in (K.ADDRESS, K.DEREF):
        root = root_name(expr)
        return (root,) if root else ()
    sums = expr.kind is K.BINARY and expr.text in ("+", "-", "|")
    gives = expr.kind is K.CALL and expr.text not in _TELLS_ERROR
    if sums or gives or expr.kind in (K.CHOICE, K.OTHER, K.COMMA):
        return tuple(key for kid in expr.kids for key in mentioned(kid))
    return ()
