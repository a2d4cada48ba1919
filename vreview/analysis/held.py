# SPDX-License-Identifier: GPL-2.0-or-later
"""What the path has acquired and not yet given back, and to whom it may have handed it on.

Pure steps from state to state. Which calls acquire and release is ``custody``'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, K, root_name
from vreview.analysis.state import Failure, Handed, Resource, State, Value, below, variables_of

TELLS_ERROR = frozenset({"PTR_ERR", "IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR_OR_ZERO", "ERR_CAST"})
"""Calls whose result says whether a pointer is an error, and carries no more of it."""
_MOST = 24
_INSIDE = frozenset(
    {"data", "buf", "buffer", "payload", "priv", "private", "extra", "mem", "bytes"}
)
"""Members that are often an array: its address is one in the middle of the object."""
_ENCLOSES = frozenset({"container_of", "list_entry", "hlist_entry", "rb_entry"})
_CARRIES = re.compile(
    r"^to_|_to_|container_of|_priv$|_from_|fwnode_handle|_get$|_entry$|ERR_CAST|ERR_PTR"
)


def object_of(expr: Expr) -> str:
    """The key of what an argument names: ``p`` of ``p``, ``&p->list`` gives ``p->list``."""
    while expr.kind is K.ADDRESS and expr.kids:
        expr = expr.kids[0]
    return expr.key


def hold(state: State, resource: Resource) -> State:
    """The state with one more resource, as far as there is room."""
    if len(state.held) >= _MOST:
        return state
    state = replace(state, held={**state.held, (resource.pair, resource.key): resource})
    return state.said(resource.line, f"`{resource.key}` is acquired by {resource.call}()")


def drop(state: State, resource: Resource) -> State:
    """The state without the resource."""
    return replace(state, held={k: r for k, r in state.held.items() if r is not resource})


def names_it(resource: Resource, keys: set[str], *, inner: bool) -> bool:
    """One of ``keys`` is a name of the resource, or (``inner``) of a part of it."""
    if resource.key in keys or not keys.isdisjoint(resource.also):
        return True
    return inner and any(below(key, resource.key) for key in keys)


def settled(gone: tuple[Handed, ...], failed: Failure | None) -> frozenset[Handed]:
    """To whom it was handed, without the call that has just failed: what that one was given has
    come back."""
    if failed is None:
        return frozenset(gone)
    return frozenset(h for h in gone if not (h.to == failed.callee and h.line == failed.line))


_FAILS: Mapping[str, frozenset[str]] = {
    "zero": frozenset({"null", "errptr"}),
    "errptr": frozenset({"null", "errptr", "nonzero", "negative"}),
    "nonzero": frozenset({"nonzero", "negative"}),
}


def failed(state: State, value: Value | None, key: str, outcome: str) -> State:
    """The result ``value`` (also in ``key``) turned out as ``outcome`` (zero, nonzero, errptr):
    where that is a failure, nothing was acquired. Nor of an object that is NULL."""
    if not state.held:
        return state
    if value is not None and outcome == "nonzero" and value.name.endswith("mapping_error"):
        return _not_mapped(state, value.site)
    held = {k: r for k, r in state.held.items() if not _gave_nothing(r, value, key, outcome)}
    return state if len(held) == len(state.held) else replace(state, held=held)


def _gave_nothing(resource: Resource, value: Value | None, key: str, outcome: str) -> bool:
    named = resource.key == key or key in resource.also
    made = value is not None and (resource.call, resource.line) == (value.name, value.site)
    if made and key and not named and resource.failure == "errptr" and outcome != "errptr":
        return outcome == "nonzero"  # the number of an error, taken out of the pointer
    if outcome == "zero" and resource.key == key:
        return True
    return resource.failure in _FAILS[outcome] and (made or (named and outcome != "nonzero"))


def _not_mapped(state: State, site: int) -> State:
    """The question on line ``site`` was about the last mapping before it: there is none."""
    mapped = [r for r in state.held.values() if r.kind == "dma" and r.line <= site]
    return drop(state, max(mapped, key=lambda r: r.line)) if mapped else state


def handed(
    state: State, key: str, how: str, to: str = "", line: int = 0, *, seen: bool = False
) -> State:
    """Somebody else may now be the one to give ``key`` back. ``seen``: only a call got it whose
    result went there."""
    if not state.held or not key:
        return state
    for resource in tuple(state.held.values()):
        if names_it(resource, {key}, inner=False) and not (seen and resource.borrowed):
            state = hand(state, resource, Handed(how, to, line))
    return state


def stored(
    state: State,
    key: str,
    name: str,
    line: int,
    *,
    private: bool,
    seen: bool = False,
    copy: bool = False,
) -> State:
    """``key`` has another name from now on, perhaps one that others can see. ``copy``: nothing but
    a copy of the pointer."""
    if not state.held or not key:
        return state
    for resource in tuple(state.held.values()):
        if not names_it(resource, {key}, inner=False):
            continue
        if seen and (resource.borrowed or private):
            continue
        known = name and "[" not in name and not name.startswith("*") and not seen
        if known:
            copies = resource.copies | {name} if copy else resource.copies - {name}
            resource = replace(resource, also=resource.also | {name}, copies=copies)
            state = put(state, resource)
        if not (known and private):
            state = hand(state, resource, Handed("stored", name or "something", line))
    return state


def hand(state: State, resource: Resource, how: Handed) -> State:
    """The same for one resource."""
    if how in resource.gone or len(resource.gone) > 6:
        return state
    return put(state, replace(resource, gone=(*resource.gone, how)))


def put(state: State, resource: Resource) -> State:
    """The state with the resource as it is now."""
    return replace(state, held={**state.held, (resource.pair, resource.key): resource})


def overwritten(state: State, key: str) -> State:
    """``key`` has another value: what was known of the old one ends here."""
    if state.freed and any(_about(f, key) for f in state.freed):
        state = replace(state, freed={f: v for f, v in state.freed.items() if not _about(f, key)})
    if not state.held:
        return state
    held: dict[tuple[str, str], Resource] = {}
    changed = False
    for k, r in state.held.items():
        if _about(r.key, key):
            changed = True
            other = min((n for n in r.also if not _about(n, key)), default="")
            if other:
                held[r.pair, other] = replace(
                    r, key=other, also=frozenset(n for n in r.also - {other} if not _about(n, key))
                )
        elif r.also and any(_about(n, key) for n in r.also):
            changed = True
            held[k] = replace(r, also=frozenset(n for n in r.also if not _about(n, key)))
        else:
            held[k] = r
    return replace(state, held=held) if changed else state


def _about(key: str, changed: str) -> bool:
    return below(key, changed) or (changed.isidentifier() and changed in variables_of(key))


def seen_only(expr: Expr, key: str) -> bool:
    """The expression gives ``key`` to a call and has no more of it than that call's result."""
    return key not in mentioned(expr, carrying=True)


def mentioned(expr: Expr, *, carrying: bool = False) -> Iterable[str]:
    """Plain variables that an expression hands on by value, as in ``return p`` or ``x = p``;
    in a call those too that its result may carry, or (``carrying``) surely does."""
    if expr.kind is K.MEMBER and expr.text in _INSIDE and not carrying:
        return (expr.key, root_name(expr))
    if expr.kind is K.MEMBER and not expr.arrow and expr.kids[0].kind is K.NAME and not carrying:
        return (expr.key, expr.kids[0].key)  # of a struct that a call has filled
    if expr.kind in (K.NAME, K.MEMBER, K.INDEX):
        return (expr.key,) if expr.key else ()
    if expr.kind in (K.ASSIGN, K.UPDATE) and expr.kids:
        return mentioned(expr.kids[0], carrying=carrying)
    if expr.kind in (K.ADDRESS, K.DEREF):
        root = root_name(expr)
        return (root,) if root else ()
    sums = expr.kind is K.BINARY and expr.text in ("+", "-", "|")
    gives = expr.kind is K.CALL and expr.text not in TELLS_ERROR
    if carrying and gives:
        gives = expr.text in _ENCLOSES or (
            len(expr.kids) < 3 and _CARRIES.search(expr.text) is not None
        )
    if sums or gives or expr.kind in (K.CHOICE, K.OTHER, K.COMMA):
        return tuple(key for kid in expr.kids for key in mentioned(kid, carrying=carrying))
    return ()
