# SPDX-License-Identifier: GPL-2.0-or-later
"""What one function's calls do to what its paths hold: acquire, give back, hand over, only look.

The pairs are the knowledge's, and those that the function's own calls make by their names (see
``pairing``). The steps on states that need no knowledge are ``held``'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, K, last_field
from vreview.analysis.held import (
    TELLS_ERROR,
    drop,
    hand,
    hold,
    mentioned,
    names_it,
    object_of,
    settled,
)
from vreview.analysis.knowledge import Knowledge, Pair
from vreview.analysis.state import Handed, Resource, State, Undone, V, Value, below
from vreview.analysis.summary import Undoing, World

Pairs = Mapping[str, tuple[Pair, ...]]
ANY = -2
"""As ``release_arg``: whichever argument names it."""
_MOST = 24
_ROOT = re.compile(r"\w+")
_UNDOES = re.compile(
    r"(^|_)(free|put|release|destroy|remove|del|delete|unregister|cleanup|clean|exit|fini|uninit"
    r"|deinit|teardown|shutdown|stop|close|drop|disable|detach|disconnect|abort|kill|term|reset"
    r"|unwind|undo|rollback|fail|error|finish|end|done|down|off|unmap|discard|cancel)(_|$)"
)
_UNDOES_ALL = re.compile(
    r"(^|_)(put|release|destroy|remove|cleanup|exit|fini|uninit|deinit|teardown|shutdown|stop|close"
    r"|disable|suspend|unwind|undo|rollback|off|unprepare)(_|$)"
)
_SETS = re.compile(r"(^|_)(set|assign|attach|store|save|install)(_|$)")
"""Whoever is named so may keep what comes behind the object that it is set in."""
_REGISTERS = re.compile(r"(^|_)(register|add|insert|queue)(_|$)")
_PRINTS = re.compile(
    r"^(dev|pr|netdev|netif|wiphy|drm|dbg|trace|acpi_handle|v4l2)_(err|warn|info|dbg|debug|notice"
    r"|crit|emerg|alert)|printk|_(ERR|WARN|WARNING|INFO|DBG|DEBUG|PRINT)$|_print(_\w+)?$"
    r"|_(err|warn|dbg|debug)$|^(dprintk|trace_\w+)$"
)


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
    _undoing: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

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
                state = hold(state, _resource(pair, pair.name, call, local=False))
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
                state = hold(state, _resource(pair, key, call, local=local))
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
                state = hold(state, made)
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
            if (
                not names_it(resource, keys, inner=pair.handle is not None)
                and not any(below(key, resource.key) for key in inside & keys)
                and not (inside and resource.key in {last_field(key) for key in inside})
                and not any(h.how == "stored" and h.to in keys for h in resource.gone)
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
            if call.text in self.knowledge.keepers and self._given(call, resource):
                state = drop(state, resource)
                continue
            if self._goes_with_part(call, resource):
                state = hand(state, resource, Handed("given", call.text, call.line))
                continue
            if not handed_on.isdisjoint(undoing) or (
                resource.call not in below_it
                and not below_it.isdisjoint(undoing)
                and self._reaches(call, resource)
            ):
                state = drop(state, resource)
                continue
            if self._undoes_more(call, resource):
                state = hand(state, resource, Handed("given", call.text, call.line))
                continue
            for position, kid in enumerate(call.kids):
                if kid.kind in (K.BINARY, K.CHOICE):
                    carried = set(mentioned(kid))
                    if names_it(resource, carried, inner=False) and not resource.borrowed:
                        state = hand(state, resource, Handed("given", call.text, call.line))
                        break
                key = self.named(kid)
                if not key:
                    continue
                seen = names_it(resource, {key, object_of(kid)}, inner=False) or (
                    kid.kind is K.ADDRESS
                    and any(below(key, name) for name in (resource.key, *resource.also))
                )
                if seen and not self._only_looks(call, position, resource):
                    state = hand(state, resource, Handed("given", call.text, call.line))
                    break
        return state

    def _given(self, call: Expr, resource: Resource) -> bool:
        """The call gets the resource itself."""
        keys = {key for kid in call.kids for key in (self.named(kid), object_of(kid))} - {""}
        return names_it(resource, keys, inner=False)

    def undoing(self, resource: Resource) -> frozenset[str]:
        """Every call that gives it back."""
        kind = resource.call, resource.pair
        known = self._undoing.get(kind)
        if known is None:
            pairs = (
                *self.acquires.get(resource.call, ()),
                *self.knowledge.acquires.get(resource.call, ()),
            )
            known = frozenset(
                n for p in pairs if p.name == resource.pair for n in self._all_releases(p)
            )
            self._undoing[kind] = known
        return known

    def _all_releases(self, pair: Pair) -> frozenset[str]:
        return pair.releases | self.knowledge.undoes.get(pair.name, frozenset())

    def _reaches(self, call: Expr, resource: Resource) -> bool:
        """The callee, which gives back such things, can have this one."""
        if not resource.local:
            return True
        given = {key for kid in call.kids for key in (self.named(kid), object_of(kid))} - {""}
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
        got = resource.kind == "named" and resource.local
        if got and _UNDOES.search(call.text) and self._part(call, resource):
            return True
        known = call.text in self.knowledge.releases or call.text in self.releases
        whole = resource.kind in ("count", "enable")
        if known or not (_UNDOES_ALL if whole else _UNDOES).search(call.text):
            return False
        given = {self.named(kid) for kid in call.kids} - {""}
        return any(below(key, owner) for key in (resource.key, *resource.also) for owner in given)

    def _part(self, call: Expr, resource: Resource) -> bool:
        """``module_put(type->owner)``: what was got is given back by a part of it."""
        return any(
            key != resource.key and below(key, resource.key)
            for kid in call.kids
            if (key := self.named(kid))
        )

    def _only_looks(self, call: Expr, position: int, resource: Resource) -> bool:
        """Only borrowed, or the callee is in view and neither stores nor releases it."""
        name = call.text
        if name not in self.world.functions and _keeps(call, position):
            return False
        if resource.borrowed or name in self.knowledge.borrowers or name in TELLS_ERROR:
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
        return hold(state, made)


def _keeps(call: Expr, position: int) -> bool:
    """By its name the call sets the argument in the first one, or registers it as the data."""
    if position and _SETS.search(call.text):
        return True
    return 1 < position == len(call.kids) - 1 and _REGISTERS.search(call.text) is not None


def _resource(pair: Pair, key: str, call: Expr, *, local: bool) -> Resource:
    return Resource(
        key, pair.name, call.text, call.line, pair.failure, kind=pair.kind, local=local,
        borrowed=pair.borrowed or not local,
    )  # fmt: skip
