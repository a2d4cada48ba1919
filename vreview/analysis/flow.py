# SPDX-License-Identifier: GPL-2.0-or-later
"""Every path of one function, as far as states differ: what holds at each call, store and return.

The one dataflow: checks read its moments and never walk a graph themselves. Bounded; a function
with more states than the bound is given up as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vreview.analysis.altered import replace
from vreview.analysis.endings import lasting
from vreview.analysis.evaluate import Evaluator, Moment, Seen
from vreview.analysis.expr import Expr, K, is_nought
from vreview.analysis.freed import turned_out
from vreview.analysis.graph import ENTRY, EXIT, Graph, Node, Op, Way
from vreview.analysis.held import handed, mentioned, seen_only
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.plan import Plan, plan_for
from vreview.analysis.refine import refine, turn_of
from vreview.analysis.state import JUMPED, Fled, Link, State, V, Value, variables_of
from vreview.analysis.summary import World

MOST_STEPS = 6000
MOST_STATES = 300
_STEPS_OVER = re.compile(r"^h?list_for_each_entry(?!\w*safe)")
_CROWDED = 8
_ERROR_LABEL = re.compile(
    r"^_*(err|error|fail|failed|failure|bad|unwind|undo|rollback|abort|free|release|unlock|put)"
    r"|(_err|_error|_fail|_failed|_failure|_unwind|_undo|_rollback)\d*$",
    re.IGNORECASE,
)


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
        self.evaluator = Evaluator(graph, plan, knowledge, world)
        self.moments = self.evaluator.moments

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
                known = seen.setdefault(index, set())
                state = self._forget(index, state, crowded=len(known) > _CROWDED)
                identity = (state.identity(), way is Way.JUMP)
                if identity in known:
                    continue
                known.add(identity)
                if len(known) > MOST_STATES:
                    return Flow((), "more states than the bound")
            if index == EXIT:
                self.moments.append(Moment(Seen.RETURN, last_line, None, state))
                continue
            for target, after, onward in reversed(list(self._step(index, state, way))):
                stack.append((target, self._anew(index, target, after), onward))
        return Flow(tuple(self.moments))

    def _anew(self, source: int, target: int, state: State) -> State:
        """A loop that is entered from above begins its walk anew: from no entry of before."""
        if not state.linked or source > target or self.graph.nodes[target].type != "loop":
            return state
        kept = {node: link for node, link in state.linked.items() if not self._out(link)}
        return state if len(kept) == len(state.linked) else replace(state, linked=kept)

    def _out(self, link: Link) -> bool:
        return link.call in self.knowledge.unlinks or link.call in self.knowledge.deferred

    def _forget(self, index: int, state: State, *, crowded: bool) -> State:
        live, tests = self.plan.live[index], self.plan.live_tests[index]
        values, remembered = state.values, state.tests
        if any(name not in live for name in values):
            values = {name: value for name, value in values.items() if name in live}
        if any(text not in tests for text in remembered):
            remembered = {text: t for text, t in remembered.items() if text in tests}
        if state.shed:
            shed = {lock: how for lock, how in state.shed.items() if lock[0] in live}
            if len(shed) < len(state.shed):
                state = replace(state, shed=shed)
        if state.linked:
            kept = {node: link for node, link in state.linked.items() if _root(node) in live}
            if len(kept) < len(state.linked):
                state = replace(state, linked=kept)
        if state.freed or state.pending:
            state = lasting(state, self.graph.locals, live, crowded=crowded)
        state = replace(state, values=values, tests=remembered, failed=None, complaint="")
        if state.turn is not None and index not in self.plan.splits:
            state = replace(state, turn=None)
        return state

    def _step(self, index: int, state: State, way: Way) -> Iterator[tuple[int, State, Way]]:
        node = self.graph.nodes[index]
        match node.op:
            case Op.EVAL if node.expr is not None:
                _, state = self.evaluator.evaluate(node.expr, state)
                if (
                    state.pending and node.expr.kind is K.CALL
                ):  # nobody asks: it is as if it succeeded
                    ignored = Value(V.RESULT, node.expr.text, node.expr.line)
                    state = turned_out(state, ignored, "zero")
            case Op.DECLARE:
                state = self.evaluator.declare(node, state)
            case Op.RETURN:
                value: Value | None = None
                if node.expr is not None:
                    value, state = self.evaluator.evaluate(node.expr, state)
                    for key in mentioned(node.expr):
                        seen = seen_only(node.expr, key)
                        state = handed(state, key, "returned", "", node.line, seen=seen)
                self.moments.append(Moment(Seen.RETURN, node.line, node.expr, state, value))
                return
            case Op.HOLE:
                state = State(blind=True)
            case Op.LABEL if node.name:
                state = self._enter(node, state, way)
            case Op.GOTO:
                fled = Fled(node.line, node.name, state.failed, state.turn, state.complaint)
                state = replace(state, fled=fled).said(node.line, f"`goto {node.name}`")
            case Op.BRANCH if node.expr is not None:
                yield from self._branch(index, node.expr, state)
                return
            case Op.ITERATE if node.expr is not None:
                state = self._iterate(node, node.expr, state)
            case Op.SWITCH if node.expr is not None:
                _, state = self.evaluator.evaluate(node.expr, state)
                state = replace(state, failed=None, turn=None, complaint="")
                yield from self._switch(node, node.expr, state)
                return
            case _:
                pass
        for arc in node.arcs:
            if node.op is Op.ITERATE and node.expr is not None and arc.way is Way.TRUE:
                entered = self.evaluator.custody.iterate(node.name, node.expr, node.line, state)
                yield arc.target, self._found(node.name, node.expr, entered), arc.way
                continue
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
        value, state = self.evaluator.evaluate(expr, state)
        self.evaluator.note(Seen.TEST, expr, state, value)
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
                after = replace(after, turn=turn_of(expr, truth, after), complaint="")
                after = after.said(expr.line, f"`@` is {'true' if truth else 'false'}", expr)
                yield arc.target, after, arc.way

    def _switch(self, node: Node, expr: Expr, state: State) -> Iterator[tuple[int, State, Way]]:
        """Each case knows what its constant says of the switched variable, the rest nothing."""
        known = state.values.get(expr.key) if expr.key else None
        for arc in node.arcs:
            after = state
            if known is not None:
                after = self.evaluator.kill(state, expr.key)
                if arc.value is not None and is_nought(arc.value):
                    zero = Value(V.ZERO, known.name, known.site)
                    after = replace(after, values={**after.values, expr.key: zero})
            yield arc.target, after, arc.way

    def _iterate(self, node: Node, expr: Expr, state: State) -> State:
        name = node.name
        flat = list(_arguments(expr))
        walker = self.knowledge.iterators.get(name)
        at = walker.variable if walker is not None and walker.variable < len(flat) else 0
        steps = walker is not None or _STEPS_OVER.search(name)
        gone = state.freed.get(flat[at].key) if steps else None
        end = max(
            (self.graph.nodes[a.target].line for a in node.arcs if a.way is Way.FALSE), default=0
        )
        if gone is not None and _inside(expr.line, gone.line, end):
            self.evaluator.note(Seen.STEP, flat[at], state, None)
        if state.linked and len(flat) > 2 and _STEPS_OVER.search(name):
            cursor = f"{flat[0].key}->"
            if any(
                node.startswith(cursor) and not link.head and _inside(expr.line, link.line, end)
                for node, link in state.linked.items()
                if node == cursor + flat[2].key or link.call in self.knowledge.deferred
            ):
                self.evaluator.note(Seen.STEP, flat[0], state, None)
        for position, argument in enumerate(flat):
            known = state.values.get(argument.key) if argument.kind is K.NAME else None
            if known is not None and (position < 2 or known.kind is V.UNSET):
                state = self.evaluator.kill(state, argument.text)
            value, state = self.evaluator.evaluate(argument, state)
            if position == 1 and name in self.knowledge.reads_through:
                self.evaluator.dereferenced(argument, known or value, state)
        for position, argument in enumerate(flat):
            if argument.kind is K.NAME and (
                position < 2 or any(argument.text in variables_of(key) for key in state.freed)
            ):
                state = self.evaluator.kill(state, argument.text)
        return replace(state, failed=None)

    def _found(self, name: str, arguments: Expr, state: State) -> State:
        """In the body of a loop over references, the variable names one."""
        walker = self.knowledge.iterators.get(name)
        flat = list(_arguments(arguments))
        if (
            walker is None
            or walker.variable >= len(flat)
            or flat[walker.variable].kind is not K.NAME
        ):
            return state
        variable = flat[walker.variable].text
        return replace(state, values={**state.values, variable: Value(V.NONZERO)})


def _inside(first: int, line: int, end: int) -> bool:
    """The line is in the body of the loop that begins at ``first``; ``end``: the line after it."""
    return first <= line and (end <= first or line < end)


def _root(node: str) -> str:
    return node.split("->", 1)[0]


def _arguments(expr: Expr) -> Iterator[Expr]:
    """Of a macro that became a comma expression: the grammar nests it to either side."""
    if expr.kind is K.COMMA:
        for kid in expr.kids:
            yield from _arguments(kid)
    else:
        yield expr
