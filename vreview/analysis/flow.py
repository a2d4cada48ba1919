# SPDX-License-Identifier: GPL-2.0-or-later
"""Every path of one function, as far as states differ: what holds at each call, store and return.

The one dataflow: checks read its moments and never walk a graph themselves. Bounded; a function
with more states than the bound is given up as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from vreview.analysis.expr import Expr, K, last_field, object_key, render, root_name, walk
from vreview.analysis.graph import ENTRY, EXIT, Graph, Node, Op, Way
from vreview.analysis.knowledge import Knowledge, LockCall
from vreview.analysis.plan import Plan, plan_for
from vreview.analysis.refine import refine
from vreview.analysis.state import JUMPED, Held, State, Store, V, Value, take
from vreview.analysis.summary import World, lock_key

MOST_STEPS = 6000
MOST_STATES = 300
_ERROR_LABEL = re.compile(
    r"^_*(err|error|fail|failed|failure|bad|unwind|undo|rollback|abort|free|release|unlock|put)"
    r"|(_err|_error|_fail|_failed|_failure|_unwind|_undo|_rollback)\d*$",
    re.IGNORECASE,
)
_LETS_GO = re.compile(
    r"unlock|release|drop|finish|complete|_end\b|_end_|_put\b|put_|_exit|leave|detach|abort|done"
    r"|commit|restart|suspend|_stop\b|destroy|free",
    re.IGNORECASE,
)


class Seen(Enum):
    """The kinds of moment."""

    CALL = auto()
    ASSIGN = auto()
    RETURN = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Something happened at ``line`` in the state ``state`` (before the effect of a call).

    ``value``: of what is assigned or returned, where known. ``expr`` is the call, the assignment
    or the returned expression; ``None`` at the end of a void function.
    """

    kind: Seen
    line: int
    expr: Expr | None
    state: State
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """All moments of a function, in the order of discovery; empty when ``gave_up`` says why."""

    moments: tuple[Moment, ...]
    gave_up: str = ""

    def returns(self) -> Iterator[Moment]:
        return (m for m in self.moments if m.kind is Seen.RETURN)

    def calls(self) -> Iterator[Moment]:
        return (m for m in self.moments if m.kind is Seen.CALL)


def run(graph: Graph, *, last_line: int, knowledge: Knowledge, world: World) -> Flow:
    """Walk the graph depth first from the entry with all states that differ."""
    walker = _Walker(graph, plan_for(graph), knowledge, world)
    return walker.walk(last_line)


class _Walker:
    """The worklist, and the effect of each expression on a state."""

    def __init__(self, graph: Graph, plan: Plan, knowledge: Knowledge, world: World) -> None:
        self.graph = graph
        self.plan = plan
        self.knowledge = knowledge
        self.world = world
        self.moments: list[Moment] = []
        self.arrays = self._bulk_arrays()

    def _bulk_arrays(self) -> frozenset[str]:
        """Variables that a bulk acquire fills: only their stores are remembered."""
        wanted = {n: pos for pair in self.knowledge.bulk_pairs for n, pos in pair.acquire.items()}
        arrays: set[str] = set()
        for node in self.graph.nodes:
            for expr in walk(node.expr) if node.expr is not None else ():
                if (
                    expr.kind is K.CALL
                    and expr.text in wanted
                    and wanted[expr.text] < len(expr.kids)
                ):
                    arrays.add(root_name(expr.kids[wanted[expr.text]]))
        return frozenset(arrays - {""})

    def walk(self, last_line: int) -> Flow:
        seen: dict[int, set[object]] = {}
        stack: list[tuple[int, State, Way]] = [(ENTRY, State(), Way.NEXT)]
        steps = 0
        while stack:
            index, state, way = stack.pop()
            steps += 1
            if steps > MOST_STEPS:
                return Flow((), "more paths than the bound")
            if index in self.plan.joins:
                state = self._forget(index, state)
                known = seen.setdefault(index, set())
                identity = (state.identity(), way is Way.JUMP)
                if identity in known:
                    continue
                known.add(identity)
                if len(known) > MOST_STATES:
                    return Flow((), "more states than the bound")
            if index == EXIT:
                self.moments.append(Moment(Seen.RETURN, last_line, None, state))
                continue
            stack.extend(reversed(list(self._step(index, state, way))))
        return Flow(tuple(self.moments))

    def _forget(self, index: int, state: State) -> State:
        live, tests = self.plan.live[index], self.plan.live_tests[index]
        values, remembered = state.values, state.tests
        if any(name not in live for name in values):
            values = {name: value for name, value in values.items() if name in live}
        if any(text not in tests for text in remembered):
            remembered = {text: t for text, t in remembered.items() if text in tests}
        return replace(state, values=values, tests=remembered, failed=None)

    def _step(self, index: int, state: State, way: Way) -> Iterator[tuple[int, State, Way]]:
        node = self.graph.nodes[index]
        match node.op:
            case Op.EVAL if node.expr is not None:
                _, state = self.evaluate(node.expr, state)
            case Op.DECLARE:
                value: Value | None = None
                if node.expr is not None:
                    value, state = self.evaluate(node.expr, state)
                    state = self._assign(node.name, value, state, node.expr)
                else:
                    state = self._kill(state, node.name)
            case Op.RETURN:
                value = None
                if node.expr is not None:
                    value, state = self.evaluate(node.expr, state)
                self.moments.append(Moment(Seen.RETURN, node.line, node.expr, state, value))
                return
            case Op.HOLE:
                state = State(blind=True)
            case Op.LABEL if node.name:
                state = self._enter(node, state, way)
            case Op.GOTO:
                state = state.said(node.line, f"`goto {node.name}`")
            case Op.BRANCH if node.expr is not None:
                yield from self._branch(index, node.expr, state)
                return
            case Op.ITERATE if node.expr is not None:
                state = self._iterate(node.expr, state)
            case Op.SWITCH if node.expr is not None:
                _, state = self.evaluate(node.expr, state)
                state = replace(state, failed=None)
            case _:
                pass
        for arc in node.arcs:
            yield arc.target, state, arc.way

    def _enter(self, node: Node, state: State, way: Way) -> State:
        """Into a label: by a jump, or from above, which for an error label is remarkable."""
        if state.fell or not _ERROR_LABEL.search(node.name):
            return state
        if way is Way.JUMP:
            return replace(state, fell=JUMPED)
        state = replace(state, fell=node.line)
        return state.said(node.line, f"falls into `{node.name}:` from above")

    def _branch(self, index: int, expr: Expr, state: State) -> Iterator[tuple[int, State, Way]]:
        value, state = self.evaluate(expr, state)
        test = self.plan.tests.get(index)
        for arc in self.graph.nodes[index].arcs:
            truth = arc.way is Way.TRUE
            after: State | None = state
            if test is not None:
                holds = truth != test.negated
                if state.tests.get(test.text, holds) != holds:
                    continue
                after = replace(state, tests={**state.tests, test.text: holds})
            after = refine(expr, value, truth, after, knowledge=self.knowledge)
            if after is not None:
                after = after.said(expr.line, f"`@` is {'true' if truth else 'false'}", expr)
                yield arc.target, after, arc.way

    def _iterate(self, expr: Expr, state: State) -> State:
        flat = [expr]
        while flat and flat[0].kind is K.COMMA:
            flat[:1] = flat[0].kids
        for argument in flat:
            _, state = self.evaluate(argument, state)
        for argument in flat[:2]:
            if argument.kind is K.NAME:
                state = self._kill(state, argument.text)
        return replace(state, failed=None)

    # Expressions.

    def evaluate(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        """The value of an expression, and the state after it."""
        match expr.kind:
            case K.NAME:
                return self._name(expr, state), state
            case K.NUMBER:
                nought = expr.text.rstrip("uUlL") in ("0", "0x0")
                return Value(V.ZERO if nought else V.POSITIVE), state
            case K.UNARY:
                return self._unary(expr, state)
            case K.ASSIGN if len(expr.kids) == 2:
                return self._assignment(expr, state)
            case K.UPDATE if expr.kids:
                return None, self._change(expr.kids[0], state)
            case K.CALL:
                return self._call(expr, state)
            case K.CHOICE:
                return self._choice(expr, state)
            case K.BINARY if expr.text in ("&&", "||"):
                return self._choice(expr, state)
            case K.COMMA if len(expr.kids) == 2:
                _, state = self.evaluate(expr.kids[0], state)
                return self.evaluate(expr.kids[1], state)
            case _:
                for kid in expr.kids:
                    _, state = self.evaluate(kid, state)
                return None, state

    def _name(self, expr: Expr, state: State) -> Value | None:
        known = state.values.get(expr.text)
        if known is not None:
            return known
        if expr.text in self.knowledge.errnos:
            return Value(V.POS_ERRNO, expr.text, expr.line)
        if expr.text in ("NULL", "false"):
            return Value(V.ZERO)
        return Value(V.POSITIVE) if expr.text == "true" else None

    def _unary(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        if not expr.kids:
            return None, state
        inner, state = self.evaluate(expr.kids[0], state)
        if expr.text != "-" or inner is None:
            return None, state
        if inner.kind is V.POS_ERRNO:
            return Value(V.NEG_ERRNO, inner.name, expr.line), state
        if inner.kind is V.POSITIVE:
            one = expr.kids[0].kind is K.NUMBER and expr.kids[0].text == "1"
            return Value(V.MINUS_ONE if one else V.NEGATIVE, "", expr.line), state
        return (inner if inner.kind is V.ZERO else None), state

    def _choice(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        """Of ``a ? b : c`` and ``a && b`` only ``a`` surely runs; the rest may."""
        if not expr.kids:
            return None, state
        _, state = self.evaluate(expr.kids[0], state)
        for kid in expr.kids[1:]:
            for inner in walk(kid):
                if inner.kind in (K.ASSIGN, K.UPDATE) and inner.kids:
                    state = self._kill(state, root_name(inner.kids[0]))
                elif inner.kind is K.CALL:
                    drop = self.knowledge.drops.get(inner.text)
                    if drop is not None:
                        state = self._drop(state, lock_key(inner, drop.arg), drop.family)
                    state = self._lose_given(state, inner)
        return None, state

    def _assignment(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        target, source = expr.kids
        value, state = self.evaluate(source, state)
        if target.kind is not K.NAME:
            for kid in target.kids:
                _, state = self.evaluate(kid, state)
            return value, self._store(target, source, state)
        if expr.text != "=":
            return None, self._kill(state, target.text)
        state = self._assign(target.text, value, state, expr)
        self.moments.append(Moment(Seen.ASSIGN, expr.line, expr, state, value))
        return value, state

    def _assign(self, name: str, value: Value | None, state: State, expr: Expr) -> State:
        failed = state.failed
        state = self._kill(state, name)
        if value is None:
            return state
        if value.kind in (V.NEG_ERRNO, V.POS_ERRNO, V.MINUS_ONE):
            sign = {V.NEG_ERRNO: "-" + value.name, V.POS_ERRNO: value.name}.get(value.kind, "-1")
            state = state.said(expr.line, f"`{name} = {sign}`")
        return replace(state, values={**state.values, name: value}, failed=failed)

    def _store(self, target: Expr, source: Expr, state: State) -> State:
        if target.kind is not K.MEMBER:
            return state
        state = self._change(target, state)
        stores = dict(state.stores)
        key = render(target)
        stores.pop(key, None)
        if source.kind is K.NAME and source.text in self.arrays:
            stores[key] = Store(source.text)
            state = state.said(target.line, f"`{key} = {source.text}` keeps them")
        return replace(state, stores=stores)

    def _change(self, target: Expr, state: State) -> State:
        """An lvalue gets a new value of which nothing is known."""
        if target.kind is K.NAME:
            return self._kill(state, target.text)
        if target.kind is not K.MEMBER or not state.tests:
            return state
        tests = {
            text: holds for text, holds in state.tests.items() if f"->{target.text}" not in text
        }
        return replace(state, tests=tests)

    def _kill(self, state: State, name: str) -> State:
        """``name`` has another value now: forget what was known through it."""
        if not name:
            return state
        values, tests = state.values, state.tests
        if name in values:
            values = {n: v for n, v in values.items() if n != name}
        if tests:
            about = self.plan.test_names
            tests = {t: h for t, h in tests.items() if name not in about.get(t, ())}
        locks = state.locks
        if locks:
            locks = tuple(h for h in locks if not _mentions(h.key, name))
        return replace(state, values=values, tests=tests, locks=locks)

    # Calls.

    def _call(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        given: list[Value | None] = []
        for kid in expr.kids:
            value, state = self.evaluate(kid, state)
            given.append(value)
        first = given[0] if given else None
        special = _pointer_value(expr, first)
        if expr.text in self.knowledge.transparent or special is not None:
            return (special or first), state
        self.moments.append(Moment(Seen.CALL, expr.line, expr, state, first))
        lock = self.knowledge.takes.get(expr.text)
        if lock is not None:
            return self._take(expr, lock, state)
        drop = self.knowledge.drops.get(expr.text)
        if drop is not None:
            return None, self._drop(state, lock_key(expr, drop.arg), drop.family)
        if state.stores:
            state = self._release_kept(expr, state)
        state = self._lose_given(state, expr)
        return Value(V.RESULT, expr.text, expr.line), state

    def _release_kept(self, expr: Expr, state: State) -> State:
        """An array that is kept in a member is released; or its holder is given away."""
        roots = {root_name(kid) for kid in expr.kids[:1]}
        if expr.text in self.knowledge.page_releases:
            stores = {
                key: Store(kept.array, kept.released or expr.line, expr.text)
                if kept.array in roots
                else kept
                for key, kept in state.stores.items()
            }
        else:
            stores = {key: kept for key, kept in state.stores.items() if _root(key) not in roots}
        return replace(state, stores=stores)

    def _take(self, expr: Expr, lock: LockCall, state: State) -> tuple[Value | None, State]:
        held = Held(lock_key(expr, lock.arg), lock.family, expr.line, expr.text)
        if lock.success == "always":
            return None, take(state, held)
        return Value(V.RESULT, expr.text, expr.line, held, lock.success), state

    def _drop(self, state: State, key: str, family: str) -> State:
        kept = tuple(h for h in state.locks if not (h.key == key and h.family == family))
        if len(kept) == len(state.locks):
            return state
        return replace(state, locks=kept)

    def _lose_given(self, state: State, call: Expr) -> State:
        """What a call may change through its arguments; and the locks that it may drop."""
        for kid in call.kids:
            if kid.kind is K.ADDRESS and kid.kids and kid.kids[0].kind is K.NAME:
                state = self._kill_value(state, kid.kids[0].text)
                if "lock" in kid.kids[0].text:
                    state = replace(state, locks=())
        if state.tests:
            roots = {root_name(kid) for kid in call.kids}
            state = replace(
                state,
                tests={
                    text: holds
                    for text, holds in state.tests.items()
                    if "->" not in text or not (self.plan.test_names.get(text, roots) & roots)
                },
            )
        if not state.locks:
            return state
        handed = [kid.text for kid in call.kids if kid.kind is K.NAME]
        fields = frozenset[str]().union(*map(self.world.drops_below, (call.text, *handed)))
        unknown = call.text not in self.world.functions
        if fields or (unknown and _LETS_GO.search(call.text)):
            given = {object_key(kid) for kid in call.kids}
            kept = tuple(
                h
                for h in state.locks
                if last_field(h.key) not in fields
                and not (unknown and _LETS_GO.search(call.text) and given & _owners(h.key))
            )
            state = replace(state, locks=kept)
        return state

    def _kill_value(self, state: State, name: str) -> State:
        tests = {
            t: h for t, h in state.tests.items() if name not in self.plan.test_names.get(t, ())
        }
        values = {n: v for n, v in state.values.items() if n != name}
        return replace(state, values=values, tests=tests)


def _pointer_value(call: Expr, first: Value | None) -> Value | None:
    """The error-pointer conversions."""
    if call.text == "ERR_PTR":
        if first is None or first.kind is V.POS_ERRNO:
            return first or Value(V.ERR_PTR, "", call.line)
        return Value(V.ERR_PTR, first.name if first.kind is V.NEG_ERRNO else "", call.line)
    if call.text in ("PTR_ERR", "PTR_ERR_OR_ZERO"):
        name = first.name if first is not None else ""
        sure = call.text == "PTR_ERR" and first is not None and first.kind is V.ERR_PTR
        return Value(V.NEGATIVE if sure else V.RESULT, name, call.line)
    return first if call.text == "ERR_CAST" else None


def _owners(key: str) -> set[str]:
    """The lock itself, and the objects that it lies in: who gets one of them may drop it."""
    owners = {key}
    while "->" in key:
        key = key.rsplit("->", 1)[0]
        owners.add(key)
    return owners


def _root(key: str) -> str:
    return re.split(r"\W", key.lstrip("&*("), maxsplit=1)[0]


def _mentions(key: str, name: str) -> bool:
    return _root(key) == name or re.search(rf"\b{re.escape(name)}\b", key) is not None
