# SPDX-License-Identifier: GPL-2.0-or-later
"""What the path has acquired and not yet given back, and to whom it may have handed it on.

Steps from state to state for one function; which calls acquire and release is for ``custody``'s
pairs to say: those of the knowledge, and those that the function's own calls pair by their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from vreview.analysis.expr import Expr, K, root_name
from vreview.analysis.knowledge import Knowledge, Pair
from vreview.analysis.state import (
    Failure,
    Handed,
    Resource,
    State,
    Undone,
    V,
    Value,
    below,
    variables_of,
)
from vreview.analysis.summary import Undoing, World

Pairs = Mapping[str, tuple[Pair, ...]]
_ROOT = re.compile(r"\w+")
ANY = -2
"""As ``release_arg``: whichever argument names it."""
_TELLS_ERROR = frozenset({"PTR_ERR", "IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR_OR_ZERO", "ERR_CAST"})
_MOST = 24
_UNDOES_ALL = re.compile(
    r"(^|_)(put|release|destroy|remove|cleanup|exit|fini|uninit|deinit|teardown|shutdown|stop|close"
    r"|disable|suspend|unwind|undo|rollback|off|unprepare)(_|$)"
)
_INSIDE = frozenset(
    {"data", "buf", "buffer", "payload", "priv", "private", "extra", "mem", "bytes"}
)
"""Members that are often an array: its address is one in the middle of the object."""
_PRINTS = re.compile(
    r"^(dev|pr|netdev|netif|wiphy|drm|dbg|trace|acpi_handle|v4l2)_(err|warn|info|dbg|debug|notice|crit"
    r"|emerg|alert)|printk|_(ERR|WARN|WARNING|INFO|DBG|DEBUG|PRINT)$|_print(_\w+)?$|_(err|warn|dbg|debug)$|^(dprintk|trace_\w+)$"
)
_UNDOES = re.compile(
    r"(^|_)(free|put|release|destroy|remove|del|delete|unregister|cleanup|clean|exit|fini|uninit|deinit"
    r"|teardown|shutdown|stop|close|drop|disable|detach|disconnect|abort|kill|term|reset|unwind|undo"
    r"|rollback|fail|error|finish|end|done|down|off|unmap|discard|cancel)(_|$)"
)
_CARRIES = re.compile(r"^to_|_to_|container_of|_priv$|fwnode_handle|_get$|_entry$|ERR_CAST|ERR_PTR")


def object_of(expr: Expr) -> str:
    """The key of what an argument names: ``p`` of ``p``, ``&p->list`` gives ``p->list``."""
    while expr.kind is K.ADDRESS and expr.kids:
        expr = expr.kids[0]
    return expr.key


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A step that ``function`` undoes, which takes back the whole of the one that is looked at."""

    function: str
    step: Undoing


@dataclass(frozen=True, slots=True, eq=False)
class Custody:
    """The pairs that hold in one function, and its variables that are another name for something:
    ``same`` maps ``dev`` to ``pdev->dev`` where that is all that is ever assigned to it."""

    knowledge: Knowledge
    world: World
    locals: frozenset[str] = frozenset()
    acquires: Pairs = field(default_factory=dict)
    releases: Pairs = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    elsewhere: tuple[Elsewhere, ...] = ()

    def named(self, expr: Expr) -> str:
        """What an argument names, by its first name."""
        return self.first_name(object_of(expr))

    def first_name(self, key: str) -> str:
        """``pdev->dev`` of ``dev`` and of ``priv->dev``, where those are other names of it."""
        if not self.same or not key:
            return key
        if key in self.same:
            return self.same[key]
        found = _ROOT.match(key)
        root = found.group() if found is not None else ""
        first = self.same.get(root)
        return first + key[len(root) :] if first else key

    def acquire_argument(self, call: Expr, state: State) -> State:
        """The call acquires something for the object in one of its arguments."""
        for pair in (
            *self.acquires.get(call.text, ()),
            *self.knowledge.acquires.get(call.text, ()),
        ):
            if pair.handle is None or pair.handle >= len(call.kids):
                continue
            if pair.handle < 0:
                state = _hold(state, _resource(pair, pair.name, call, local=False))
                continue
            kid = call.kids[pair.handle]
            key = self.named(kid)
            if key:
                inner = kid.kids[0] if kid.kind is K.ADDRESS and kid.kids else kid
                local = (
                    pair.kind in ("reference", "memory")
                    and kid.kind is K.ADDRESS
                    and inner.kind is K.NAME
                    and inner.text in self.locals
                )
                state = _hold(state, _resource(pair, key, call, local=local))
        return state

    def acquire_result(self, key: str, value: Value | None, state: State) -> State:
        """``key`` now names what the call behind ``value`` gave."""
        if value is None or value.kind is not V.RESULT or not key:
            return state
        pairs = self.acquires.get(value.name, ()), self.knowledge.acquires.get(value.name, ())
        for pair in (*pairs[0], *pairs[1]):
            if pair.handle is None:
                local = key in self.locals
                made = Resource(
                    key, pair.name, value.name, value.site, pair.failure, kind=pair.kind,
                    local=local, borrowed=pair.borrowed,
                )  # fmt: skip
                state = _hold(state, made)
        return state

    def give_back(self, call: Expr, state: State) -> State:
        """The call gives something back."""
        if not state.held:
            return state
        for pair in (
            *self.releases.get(call.text, ()),
            *self.knowledge.releases.get(call.text, ()),
        ):
            state = self._give_back(pair, call, state)
        return state

    def _give_back(self, pair: Pair, call: Expr, state: State) -> State:
        if pair.release_arg == ANY:
            keys = {self.named(kid) for kid in call.kids} | {pair.name}
        elif 0 <= pair.release_arg < len(call.kids):
            kid = call.kids[pair.release_arg]
            keys = {self.named(kid), object_of(kid)}
        else:
            return state
        inside = {key for kid in call.kids if kid.kind is K.ADDRESS and (key := object_of(kid))}
        for resource in tuple(state.held.values()):
            if resource.pair != pair.name:
                continue
            if not _names(resource, keys, inner=pair.handle is not None) and not any(
                below(key, resource.key) for key in inside & keys
            ):
                continue
            held = {k: r for k, r in state.held.items() if r is not resource}
            failed = state.failed or (state.fled.failed if state.fled is not None else None)
            done = Undone(
                resource.pair, resource.key, resource.line, call.text, call.line,
                settled(resource.gone, failed),
            )  # fmt: skip
            state = replace(state, held=held, undone=(*state.undone[-_MOST:], done))
            state = state.said(call.line, f"`{call.text}({resource.key})` gives it back")
        return state

    def hand_over(self, call: Expr, state: State) -> State:
        """What becomes of the resources that a call gets to see, or undoes below."""
        if not state.held:
            return state
        below_it = self.world.calls_below(call.text)
        handed_on = frozenset(
            name
            for kid in call.kids
            if kid.kind is K.NAME
            for name in (kid.text, *self.world.calls_below(kid.text))
        )
        for resource in tuple(state.held.values()):
            undoing = self.undoing(resource)
            if call.text in undoing:
                continue
            if self._goes_with_part(call, resource):
                state = _handed(state, resource, Handed("given", call.text, call.line))
                continue
            if not handed_on.isdisjoint(undoing) or (
                resource.call not in below_it
                and not below_it.isdisjoint(undoing)
                and self._reaches(call, resource)
            ):
                state = _drop(state, resource)
                continue
            if self._undoes_more(call, resource):
                state = _handed(state, resource, Handed("given", call.text, call.line))
                continue
            for position, kid in enumerate(call.kids):
                key = self.named(kid)
                if not key:
                    continue
                seen = _names(resource, {key, object_of(kid)}, inner=False) or (
                    kid.kind is K.ADDRESS and below(key, resource.key)
                )
                if seen and not self._only_looks(call, position, resource):
                    state = _handed(state, resource, Handed("given", call.text, call.line))
                    break
        return state

    def undoing(self, resource: Resource) -> frozenset[str]:
        """Every call that gives it back."""
        pairs = (
            *self.acquires.get(resource.call, ()),
            *self.knowledge.acquires.get(resource.call, ()),
        )
        return frozenset(n for p in pairs if p.name == resource.pair for n in self._all_releases(p))

    def _all_releases(self, pair: Pair) -> frozenset[str]:
        return pair.releases | self.knowledge.undoes.get(pair.name, frozenset())

    def _reaches(self, call: Expr, resource: Resource) -> bool:
        """The callee, which gives back such things, can have this one."""
        if not resource.local:
            return True
        given = {self.named(kid) for kid in call.kids} - {""}
        keys = (resource.key, *resource.also)
        return any(below(key, owner) for key in keys for owner in given)

    def _goes_with_part(self, call: Expr, resource: Resource) -> bool:
        """``put_device(&x->dev)``: the release of the part may be what frees ``x``."""
        free = self.knowledge.frees.get(call.text)
        if free is None or not free.holder or free.arg >= len(call.kids):
            return False
        kid = call.kids[free.arg]
        key = self.named(kid)
        return resource.kind == "memory" and key != resource.key and below(key, resource.key)

    def _undoes_more(self, call: Expr, resource: Resource) -> bool:
        """By its name the call ends something of which nothing is known, and it gets the object,
        or one that it lies in or behind."""
        known = call.text in self.knowledge.releases or call.text in self.releases
        whole = resource.kind in ("count", "enable")
        if known or not (_UNDOES_ALL if whole else _UNDOES).search(call.text):
            return False
        given = {self.named(kid) for kid in call.kids} - {""}
        return any(below(key, owner) for key in (resource.key, *resource.also) for owner in given)

    def _only_looks(self, call: Expr, position: int, resource: Resource) -> bool:
        """Only borrowed, or the callee is in view and neither stores nor releases it."""
        name = call.text
        if resource.borrowed or name in self.knowledge.borrowers or name in _TELLS_ERROR:
            return True
        if _PRINTS.search(name):
            return True
        summary = self.world.functions.get(call.text)
        return summary is not None and position not in summary.keeps

    def iterate(self, name: str, arguments: Expr, line: int, state: State) -> State:
        """The body of a loop that holds a reference to its variable is entered."""
        walker = self.knowledge.iterators.get(name)
        if walker is None:
            return state
        flat = [arguments]
        while flat[0].kind is K.COMMA:
            flat[:1] = flat[0].kids
        variable = flat[walker.variable] if walker.variable < len(flat) else arguments
        if variable.kind is not K.NAME:
            return state
        made = Resource(
            variable.text, walker.pair, name, line, "never", kind="iterator",
            local=variable.text in self.locals, borrowed=True,
        )  # fmt: skip
        return _hold(state, made)


def _resource(pair: Pair, key: str, call: Expr, *, local: bool) -> Resource:
    return Resource(
        key, pair.name, call.text, call.line, pair.failure, kind=pair.kind, local=local,
        borrowed=pair.borrowed or not local,
    )  # fmt: skip


def _hold(state: State, resource: Resource) -> State:
    if len(state.held) >= _MOST:
        return state
    state = replace(state, held={**state.held, (resource.pair, resource.key): resource})
    return state.said(resource.line, f"`{resource.key}` is acquired by {resource.call}()")


def _drop(state: State, resource: Resource) -> State:
    return replace(state, held={k: r for k, r in state.held.items() if r is not resource})


def _names(resource: Resource, keys: set[str], *, inner: bool) -> bool:
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
    where that is a failure, nothing was acquired."""
    if not state.held:
        return state
    fails = _FAILS[outcome]
    held = {
        k: r
        for k, r in state.held.items()
        if r.failure not in fails
        or not (
            ((r.key == key or key in r.also) and outcome != "nonzero")
            or (value is not None and r.call == value.name and r.line == value.site)
        )
    }
    return state if len(held) == len(state.held) else replace(state, held=held)


def handed(
    state: State, key: str, how: str, to: str = "", line: int = 0, *, seen: bool = False
) -> State:
    """Somebody else may now be the one to give ``key`` back. ``seen``: only a call got it whose
    result went there."""
    if not state.held or not key:
        return state
    for resource in tuple(state.held.values()):
        if _names(resource, {key}, inner=False) and not (seen and resource.borrowed):
            state = _handed(state, resource, Handed(how, to, line))
    return state


def stored(
    state: State, key: str, name: str, line: int, *, private: bool, seen: bool = False
) -> State:
    """``key`` has another name from now on, perhaps one that others can see."""
    if not state.held or not key:
        return state
    for resource in tuple(state.held.values()):
        if not _names(resource, {key}, inner=False):
            continue
        if seen and (resource.borrowed or private):
            continue
        known = name and "[" not in name and not name.startswith("*") and not seen
        if known:
            resource = replace(resource, also=resource.also | {name})
            state = _put(state, resource)
        if not (known and private):
            state = _handed(state, resource, Handed("stored", name or "something", line))
    return state


def _handed(state: State, resource: Resource, how: Handed) -> State:
    if how in resource.gone or len(resource.gone) > 6:
        return state
    return _put(state, replace(resource, gone=(*resource.gone, how)))


def _put(state: State, resource: Resource) -> State:
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
    if expr.kind in (K.NAME, K.MEMBER, K.INDEX):
        return (expr.key,) if expr.key else ()
    if expr.kind is K.ASSIGN and expr.kids:
        return mentioned(expr.kids[0], carrying=carrying)
    if expr.kind in (K.ADDRESS, K.DEREF):
        root = root_name(expr)
        return (root,) if root else ()
    sums = expr.kind is K.BINARY and expr.text in ("+", "-", "|")
    gives = expr.kind is K.CALL and expr.text not in _TELLS_ERROR
    if carrying and gives:
        gives = _CARRIES.search(expr.text) is not None
    if sums or gives or expr.kind in (K.CHOICE, K.OTHER, K.COMMA):
        return tuple(key for kid in expr.kids for key in mentioned(kid, carrying=carrying))
    return ()
