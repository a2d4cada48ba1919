# SPDX-License-Identifier: GPL-2.0-or-later
"""The effect of one expression on one state: its value, and what is known after it.

Knows no control flow. What a check may want to look at is noted as a ``Moment``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from vreview.analysis import freed, held, interrupts, linked, locks
from vreview.analysis.altered import replace
from vreview.analysis.complaint import level_of
from vreview.analysis.expr import Expr, K, render, root_name, walk
from vreview.analysis.graph import Graph, Node
from vreview.analysis.kin import kin_of
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.pairing import custody_of
from vreview.analysis.plan import Plan
from vreview.analysis.refine import COMPARISONS, OPPOSITE, possible
from vreview.analysis.state import State, Store, V, Value, below, variables_of
from vreview.analysis.summary import World, lock_key

_SCALAR = re.compile(
    r"^(?:enum \w+|(?:unsigned|signed|long|short|int|char|bool|[us](?:8|16|32|64)"
    r"|__[us](?:8|16|32|64)"
    r"|\w+_t|__[bl]e(?:16|32|64)|uint|ulong|ushort|u?int(?:8|16|32|64)_t)\s*)+$|\*"
)
_STATUS = re.compile(
    r"(status|error|err|result|retval|reason|rc|ret|state)\w*$|^\*\w+$", re.IGNORECASE
)
_WATCHED = frozenset({V.ZERO, V.ERR_PTR, V.UNSET})
_SIZES = frozenset(
    {"ARRAY_SIZE", "sizeof_field", "FIELD_SIZEOF", "typeof", "offsetof", "BITS_PER_TYPE"}
)
_COUNTS = frozenset({V.ZERO, V.POSITIVE, V.NONNEGATIVE})
_UNPACKS = frozenset({"PTR_ERR", "ERR_CAST"})
_CONDITIONAL = frozenset({"&&", "||"})


class Seen(Enum):
    """The kinds of moment."""

    CALL = auto()
    ASSIGN = auto()
    RETURN = auto()
    TEST = auto()  # a condition, before it is known how it comes out
    DEREF = auto()  # through a pointer that is NULL, an error, untested, or was given back
    UNPACK = auto()  # an error number is taken out of a pointer; expr is the call of PTR_ERR
    READ = auto()  # of a variable that nothing was assigned to; value.name: by a call of that name
    STEP = auto()  # a walk goes on from its cursor, which was taken out of the list, or given back
    OVERWRITE = auto()  # of what still names something acquired; the state is the one before


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Something happened at ``line`` in the state ``state`` (before the effect of a call).

    ``value``: of what is assigned, returned, tested or dereferenced, where known. ``expr`` is the
    call, the assignment, the condition, the pointer, or the returned expression; ``None`` at the
    end of a void function. ``values``: of a call's arguments.
    """

    kind: Seen
    line: int
    expr: Expr | None
    state: State
    value: Value | None = None
    values: tuple[Value | None, ...] = ()


class Evaluator:
    """Evaluates the expressions of one function; ``moments`` grows as it goes."""

    def __init__(self, graph: Graph, plan: Plan, knowledge: Knowledge, world: World) -> None:
        self.plan = plan
        self.knowledge = knowledge
        self.world = world
        self.locals = graph.locals
        self.kin = kin_of(graph, knowledge)
        self.own = linked.own_heads(graph)
        self.moments: list[Moment] = []
        self.paired = locks.paired(graph, knowledge)
        self.arrays = self._bulk_arrays(graph)
        self.custody = custody_of(graph, knowledge, world)

    def _bulk_arrays(self, graph: Graph) -> frozenset[str]:
        """Variables that a bulk acquire fills: only their stores are remembered."""
        wanted = {n: pos for pair in self.knowledge.bulk_pairs for n, pos in pair.acquire.items()}
        arrays: set[str] = set()
        for node in graph.nodes:
            for expr in walk(node.expr) if node.expr is not None else ():
                if (
                    expr.kind is K.CALL
                    and expr.text in wanted
                    and wanted[expr.text] < len(expr.kids)
                ):
                    arrays.add(root_name(expr.kids[wanted[expr.text]]))
        return frozenset(arrays - {""})

    def note(
        self, kind: Seen, expr: Expr, state: State, value: Value | None, line: int = 0
    ) -> None:
        self.moments.append(Moment(kind, line or expr.line, expr, state, value))

    def evaluate(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        """The value of an expression, and the state after it."""
        match expr.kind:
            case K.NAME:
                return self._name(expr, state), state
            case K.NUMBER:
                nought = expr.text.rstrip("uUlL") in ("0", "0x0")
                return Value(V.ZERO, "", expr.line) if nought else Value(V.POSITIVE), state
            case K.UNARY:
                return self._unary(expr, state)
            case K.ASSIGN if len(expr.kids) == 2:
                return self._assignment(expr, state)
            case K.UPDATE if expr.kids:
                return self._update(expr, state)
            case K.CALL:
                return self._call(expr, state)
            case K.MEMBER | K.INDEX | K.DEREF if expr.kids:
                return self._through(expr, state)
            case K.ADDRESS if expr.kids:
                return None, self._address(expr.kids[0], state)
            case K.CHOICE:
                return self._choice(expr, state)
            case K.BINARY if expr.text in _CONDITIONAL:
                return self._choice(expr, state)
            case K.BINARY if expr.text in COMPARISONS and len(expr.kids) == 2:
                return self._comparison(expr, state)
            case K.COMMA if len(expr.kids) == 2:
                _, state = self.evaluate(expr.kids[0], state)
                return self.evaluate(expr.kids[1], state)
            case K.SIZEOF:
                return Value(V.POSITIVE), state
            case K.OTHER:
                for kid in expr.kids:
                    _, state = self.evaluate(kid, state)
                    for key in held.mentioned(kid):
                        state = held.handed(state, key, "initialiser", "", expr.line)
                return None, state
            case _:
                for kid in expr.kids:
                    _, state = self.evaluate(kid, state)
                return None, state

    def declare(self, node: Node, state: State) -> State:
        """A local variable comes to be."""
        if node.expr is not None:
            value, state = self.evaluate(node.expr, state)
            state = self._assign(node.name, value, state, node.expr)
            return self._hand_on(node.name, None, node.expr, state)
        state = self._kill(state, node.name)
        if "static" in node.type.split() or "[]" in node.type or not _SCALAR.search(node.type):
            return state
        return replace(state, values={**state.values, node.name: Value(V.UNSET, "", node.line)})

    # What is read.

    def _name(self, expr: Expr, state: State) -> Value | None:
        known = state.values.get(expr.text)
        if known is not None:
            if known.kind is V.UNSET:
                self.note(Seen.READ, expr, state, known)
            return known
        if expr.text in self.knowledge.errnos:
            return Value(V.POS_ERRNO, expr.text, expr.line)
        if expr.text in ("NULL", "false"):
            return Value(V.ZERO)
        return Value(V.POSITIVE) if expr.text == "true" else None

    def _through(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        """A member, an element, or what a pointer points to."""
        base = expr.kids[0]
        value, state = self.evaluate(base, self._as_struct(expr, state))
        for kid in expr.kids[1:]:
            _, state = self.evaluate(kid, state)
        if expr.kind is not K.MEMBER or expr.arrow:
            self.dereferenced(base, value, state)
        return (state.values.get(expr.key) if expr.key else None), state

    def _as_struct(self, expr: Expr, state: State) -> State:
        """``x.y`` tells that ``x`` is a struct behind a typedef: set member by member."""
        base = expr.kids[0] if expr.kids else expr
        if expr.kind is K.MEMBER and not expr.arrow and base.kind is K.NAME:
            known = state.values.get(base.text)
            if known is not None and known.kind is V.UNSET:
                return self._kill_value(state, base.text)
        return state

    def dereferenced(self, base: Expr, value: Value | None, state: State) -> None:
        """Somebody goes through the pointer ``base``: worth a moment where that may go wrong."""
        if state.freed and base.kind is K.BINARY and base.text in ("+", "-") and base.kids:
            base, value = base.kids[0], None
        gone = base.key in state.freed if state.freed and base.key else False
        watched = value is not None and (
            value.kind in _WATCHED or (value.kind is V.RESULT and self.may_fail(value.name))
        )
        if gone or watched:
            self.note(Seen.DEREF, base, state, value)

    def may_fail(self, callee: str) -> bool:
        """The callee's pointer may be NULL or an error."""
        if callee in self.knowledge.null_pointer or callee in self.knowledge.err_pointer:
            return True
        summary = self.world.functions.get(callee)
        return summary is not None and bool(summary.gives & {"null", "err_ptr"})

    def _address(self, inner: Expr, state: State) -> State:
        """``&x`` reads nothing but the way to ``x``; who has it may set ``x``."""
        for kid in inner.kids if inner.kind in (K.MEMBER, K.INDEX) else ():
            if kid.kind is K.NAME:
                value = state.values.get(kid.text)
                if value is not None and value.kind is V.UNSET and inner.arrow:
                    self.note(Seen.READ, kid, state, value)
            else:
                value, state = self.evaluate(kid, state)
            if inner.arrow:
                self.dereferenced(kid, value, state)
        if inner.kind is K.NAME:
            return self._kill_value(state, inner.text)
        return state

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

    def _update(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        """``i++`` and ``i--``: a count that has gone up from 0 is above it."""
        target = expr.kids[0]
        old, state = self.evaluate(target, state)
        state = self.change(target, state)
        if old is None or target.kind is not K.NAME or old.kind not in _COUNTS:
            return None, state
        if expr.text == "++":
            new = Value(V.POSITIVE)
        elif old.kind is V.POSITIVE:
            new = Value(V.NONNEGATIVE)
        else:
            return (None if expr.arrow else old), state
        state = replace(state, values={**state.values, target.text: new})
        return (new if expr.arrow else old), state

    def _comparison(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        """``i == 0`` where that is known: 0, or not."""
        left, state = self.evaluate(expr.kids[0], state)
        right, state = self.evaluate(expr.kids[1], state)
        if left is None or right is None or right.kind is not V.ZERO or left.kind is V.RESULT:
            return None, state
        if not possible(left.kind, expr.text):
            return Value(V.ZERO, "", expr.line), state
        if not possible(left.kind, OPPOSITE[expr.text]):
            return Value(V.POSITIVE, "", expr.line), state
        return None, state

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
                        state = locks.drop(
                            state, lock_key(inner, drop.arg), drop.family, inner.line
                        )
                        state = replace(state, quiet=())
                    state = self._lose_given(state, inner)
        return None, state

    # What is written.

    def _assignment(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        target, source = expr.kids
        value, state = self.evaluate(source, state)
        if target.kind is not K.NAME:
            state = self._as_struct(target, state)
            if target.kind is K.CALL:  # a macro that is an lvalue: pte_val(pte) = …
                for kid in target.kids:
                    state = self._kill_value(state, kid.key)
            for kid in target.kids:
                _, state = self.evaluate(kid, state)
            if target.arrow or target.kind is K.DEREF:
                base = target.kids[0]
                self.dereferenced(base, state.values.get(base.key), state)
        if expr.text != "=":
            if target.kind is K.NAME:
                self._name(target, state)
            return None, self.change(target, state)
        if target.kind is not K.NAME:
            state = self._store(target, source, state)
            if state.turn is not None and _STATUS.search(render(target)):
                state = replace(state, turn=replace(state.turn, told=render(target)))
        if target.key:
            state = self._assign(target.key, value, state, expr)
        state = self._hand_on(target.key, target, source, state)
        if target.kind is K.NAME:
            self.note(Seen.ASSIGN, expr, state, value)
        return value, state

    def _hand_on(self, name: str, target: Expr | None, source: Expr, state: State) -> State:
        if not state.held:
            return state
        for key in held.mentioned(source):
            if key != name:
                private = target is None or name in self.locals
                first = self.custody.first_name(key)
                seen = held.seen_only(source, key)
                copy = source.kind in (K.NAME, K.MEMBER)
                state = held.stored(
                    state, first, name, source.line, private=private, seen=seen, copy=copy
                )
        return state

    def _assign(self, key: str, value: Value | None, state: State, expr: Expr) -> State:
        failed = state.failed
        if state.held and any(r.key == key and not r.gone for r in state.held.values()):
            self.note(Seen.OVERWRITE, expr, state, value)
        state = self._kill(state, key)
        if value is None or value.kind is V.UNSET:
            return state
        if value.kind in (V.NEG_ERRNO, V.POS_ERRNO, V.MINUS_ONE) and key.isidentifier():
            sign = {V.NEG_ERRNO: "-" + value.name, V.POS_ERRNO: value.name}.get(value.kind, "-1")
            state = state.said(expr.line, f"`{key} = {sign}`")
        made = expr.kids[-1] if expr.kind is K.ASSIGN else expr
        if made.kind is K.CALL and made.text not in held.TELLS_ERROR:
            state = self.custody.acquire_result(key, value, state)
        return replace(state, values={**state.values, key: value}, failed=failed)

    def _store(self, target: Expr, source: Expr, state: State) -> State:
        if target.kind is not K.MEMBER:
            return state
        state = self.change(target, state)
        stores = dict(state.stores)
        key = render(target)
        stores.pop(key, None)
        if source.kind is K.NAME and source.text in self.arrays:
            stores[key] = Store(source.text)
            state = state.said(target.line, f"`{key} = {source.text}` keeps them")
        return replace(state, stores=stores)

    def change(self, target: Expr, state: State) -> State:
        """An lvalue gets a new value of which nothing is known."""
        if target.kind is K.NAME:
            return self._kill(state, target.text)
        if target.key:
            state = self._kill(state, target.key)
        if target.kind is not K.MEMBER or not state.tests:
            return state
        tests = {
            text: holds for text, holds in state.tests.items() if f"->{target.text}" not in text
        }
        return replace(state, tests=tests)

    def kill(self, state: State, name: str) -> State:
        """``name`` has another value now: forget what was known through it."""
        return self._kill(state, name)

    def _kill(self, state: State, key: str) -> State:
        if not key:
            return state
        plain = key.isidentifier()
        values, tests = state.values, state.tests
        if any(_rests_on(n, key, plain) for n in values):
            values = {n: v for n, v in values.items() if not _rests_on(n, key, plain)}
        if tests and plain:
            about = self.plan.test_names
            tests = {t: h for t, h in tests.items() if key not in about.get(t, ())}
        kept = state.locks
        if kept and plain:
            kept = tuple(h for h in kept if not _mentions(h.key, key))
        if state.shed and plain and any(_mentions(k, key) for k, _ in state.shed):
            shed = {k: how for k, how in state.shed.items() if not _mentions(k[0], key)}
            state = replace(state, shed=shed)
        state = linked.forgotten(held.overwritten(state, key), key)
        return replace(state, values=values, tests=tests, locks=kept)

    # Calls.

    def _call(self, expr: Expr, state: State) -> tuple[Value | None, State]:
        given: list[Value | None] = []
        if expr.text in _SIZES:
            return Value(V.POSITIVE), state
        kids = expr.kids[:1] if expr.text in self.knowledge.type_macros else expr.kids
        unset: dict[str, Value] = {}
        for kid in kids:
            if kid.kind is K.INDEX and expr.text not in self.world.functions:
                state = self._no_variable(root_name(kid), state)
            value = state.values.get(kid.text) if kid.kind is K.NAME else None
            if value is not None and value.kind is V.UNSET:
                # Perhaps a macro that sets it, and reads it in its other arguments.
                self.note(Seen.READ, kid, state, Value(V.UNSET, expr.text, value.site))
                unset[kid.text] = value
        for name in unset:
            state = self._kill_value(state, name)
        for kid in kids:
            if kid.kind is K.NAME and kid.text in unset:
                value = unset[kid.text]
            else:
                value, state = self.evaluate(kid, state)
            given.append(value)
        first = given[0] if given else None
        special = _pointer_value(expr, first)
        if expr.text in _UNPACKS:
            self.note(Seen.UNPACK, expr, state, first)
        if expr.text in self.knowledge.transparent or special is not None:
            return (special or first), state
        self.moments.append(Moment(Seen.CALL, expr.line, expr, state, first, tuple(given)))
        if expr.text in self.knowledge.arithmetic:
            return None, state
        if level_of(expr):
            state = replace(state, complaint=expr.text)
        passed = self.knowledge.passes_on.get(expr.text, -1)
        if 0 <= passed < len(given):
            return given[passed], state
        lock = self.knowledge.takes.get(expr.text)
        turns = self.knowledge.interrupts.get(expr.text)
        if lock is not None:
            return locks.take(expr, lock, state, interrupts.off(expr, turns))
        if turns is not None:
            state = interrupts.changed(expr, turns, state)
        drop = self.knowledge.drops.get(expr.text)
        if drop is not None:
            return None, locks.drop(state, lock_key(expr, drop.arg), drop.family, expr.line)
        if expr.text in self.paired:
            lock, takes = self.paired[expr.text]
            if takes:
                return locks.take(expr, lock, state)
            return None, locks.drop(state, lock_key(expr, lock.arg), lock.family, expr.line)
        if state.stores:
            state = self._release_kept(expr, state)
        state = freed.given_back(expr, self.knowledge, self.world, state, self.kin)
        state = linked.linked(expr, self.knowledge, self.world, self.own, state)
        state = self.custody.give_back(expr, state)
        state = self.custody.hand_over(expr, state)
        state = self._lose_given(state, expr)
        state = self.custody.acquire_argument(expr, state)
        return Value(V.RESULT, expr.text, expr.line), state

    def _no_variable(self, name: str, state: State) -> State:
        """A macro's argument ``name[i]`` may as well be a member: no unset variable is read."""
        value = state.values.get(name)
        unset = value is not None and value.kind is V.UNSET
        return self._kill_value(state, name) if unset else state

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

    def _lose_given(self, state: State, call: Expr) -> State:
        """What a call may change through its arguments; and the locks that it may drop."""
        for kid in call.kids:
            if kid.kind is K.ADDRESS and kid.kids and kid.kids[0].key:
                inner = kid.kids[0]
                state = self._kill_value(state, inner.key)
                if inner.kind is K.NAME and "lock" in inner.text:
                    state = replace(state, locks=(), quiet=())
            elif kid.key and any(n != kid.key and below(n, kid.key) for n in state.values):
                kept = {
                    n: v for n, v in state.values.items() if n == kid.key or not below(n, kid.key)
                }
                state = replace(state, values=kept)
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
        if state.quiet:
            state = interrupts.lost_in_call(call, state)
        return locks.lost_in_call(state, call, self.world)

    def _kill_value(self, state: State, key: str) -> State:
        tests = {t: h for t, h in state.tests.items() if key not in self.plan.test_names.get(t, ())}
        values = {n: v for n, v in state.values.items() if not below(n, key)}
        return replace(state, values=values, tests=tests)


def _pointer_value(call: Expr, first: Value | None) -> Value | None:
    """The error-pointer conversions."""
    if call.text == "ERR_PTR":
        if first is None or first.kind in (V.POS_ERRNO, V.ZERO):
            return first or Value(V.ERR_PTR, "", call.line)
        return Value(V.ERR_PTR, first.name if first.kind is V.NEG_ERRNO else "", call.line)
    if call.text in ("PTR_ERR", "PTR_ERR_OR_ZERO"):
        name = first.name if first is not None else ""
        sure = call.text == "PTR_ERR" and first is not None and first.kind is V.ERR_PTR
        whose = call.text == "PTR_ERR_OR_ZERO" and first is not None and first.kind is V.RESULT
        site = first.site if first is not None and whose else call.line
        return Value(V.NEGATIVE if sure else V.RESULT, name, site)
    return first if call.text == "ERR_CAST" else None


def _rests_on(name: str, changed: str, plain: bool) -> bool:
    return below(name, changed) or (plain and changed in variables_of(name))


def _root(key: str) -> str:
    return re.split(r"\W", key.lstrip("&*("), maxsplit=1)[0]


def _mentions(key: str, name: str) -> bool:
    return _root(key) == name or re.search(rf"\b{re.escape(name)}\b", key) is not None
