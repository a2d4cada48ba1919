# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a variable may be unset where it is read: which decision of the path left the assignment out.

Looks at the graph around one read that the dataflow found; says nothing of values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import Expr, K, names_in, render, root_name, walk
from vreview.analysis.graph import Arc, Graph, Node, Op, Way
from vreview.analysis.held import object_of

_TRUE = " is true"
_CONSTANT = re.compile(r"[A-Z]\w*_[A-Z0-9]|[A-Z0-9_]+$")


class Why(Enum):
    """What kind of decision left the assignment out."""

    ALWAYS = auto()  # none: no assignment can come before the read
    JUMP = auto()  # it went away early, past every assignment
    IF = auto()  # an `if` without an assignment on this side
    CHAIN = auto()  # the last of several alternatives; perhaps they are all there are
    CASE = auto()  # a case of a switch that names them all
    WALK = auto()  # a walk over what may be empty
    ROUNDS = auto()  # a loop of which no round assigned to what is returned
    COUNT = auto()  # a loop up to a number that may be 0, and then a return
    LOOP = auto()  # another loop that had no round
    SWITCH = auto()  # a switch without a default
    GUARDED = auto()  # an `if` that a later test may know of


@dataclass(frozen=True, slots=True)
class Left:
    """``why`` the variable is unset, decided on ``line``; 0 where nothing decides it."""

    why: Why
    line: int = 0


class Unset:
    """Answers for the reads of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._reach: dict[int, frozenset[int]] = {}

    @cached_property
    def _where(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for index, node in enumerate(self.graph.nodes):
            for expr in walk(node.expr) if node.expr is not None else ():
                found[id(expr)] = index
        return found

    @cached_property
    def _counted(self) -> frozenset[str]:
        """Variables that some ``++`` or ``-=`` counts."""
        return frozenset(
            root_name(expr.kids[0])
            for node in self.graph.nodes
            for expr in (walk(node.expr) if node.expr is not None else ())
            if expr.kids and (expr.kind is K.UPDATE or (expr.kind is K.ASSIGN and expr.text != "="))
        )

    @cached_property
    def _loop_tests(self) -> frozenset[int]:
        """Branches that decide on another round."""
        tests: set[int] = set()
        for node in self.graph.nodes:
            if node.op is Op.LABEL and node.type == "loop":
                todo = [arc.target for arc in node.arcs]
                while todo:
                    index = todo.pop()
                    if self.graph.nodes[index].op is Op.BRANCH and index not in tests:
                        tests.add(index)
                        todo += [arc.target for arc in self.graph.nodes[index].arcs]
        return frozenset(tests)

    def left_out(self, moment: Moment, name: str) -> Left | None:
        """Why ``name`` may be unset at the read ``moment``; ``None`` where that is not known."""
        if moment.expr is None or id(moment.expr) not in self._where:
            return None
        read = self._where[id(moment.expr)]
        setting = {i for i, n in enumerate(self.graph.nodes) if sets(n, name)} - {read}
        path = self._decisions(moment)
        useful = {i for i in setting if read in self.reached(i)}
        skips = [
            d
            for d in path
            if not self._reads(d[0], name) and self._leads(self._other(d), useful, d[0])
        ]
        rounds = self._rounds(useful, read, path)
        if not skips:
            if rounds:
                return Left(*rounds[-1])
            jumped = bool(setting) and moment.state.fled is not None
            if (useful and not jumped) or (not setting and self._macro_before(read)):
                return None
            return Left(Why.JUMP if jumped else Why.ALWAYS)
        last = skips[-1]
        node = self.graph.nodes[last[0]]
        after = [r for r in rounds if r[1] > node.line]
        if after:
            return Left(*after[-1])
        if last[0] in self._loop_tests:
            return Left(self._loop(last[0], skips[:-1], read), node.line)
        if node.expr is not None and self._counts(last[0], node.expr):
            return Left(Why.LOOP, node.line)
        if self._guarded(last, path, read) or any(map(self._remembered, skips)):
            return Left(Why.GUARDED, node.line)
        if self._switch_knows(last[0], read):
            return Left(Why.GUARDED, node.line)
        if self._alternatives(skips):
            return Left(Why.CHAIN, node.line)
        return Left(Why.IF, node.line)

    def _macro_before(self, read: int) -> bool:
        """A statement that is a macro's call: it may set what nothing in sight sets."""
        return any(
            node.op is Op.EVAL
            and node.expr is not None
            and node.expr.kind is K.CALL
            and node.expr.text.isupper()
            and read in self.reached(index)
            for index, node in enumerate(self.graph.nodes)
        )

    def _reads(self, index: int, name: str) -> bool:
        """The decision looks at the variable: what left it out lies before."""
        expr = self.graph.nodes[index].expr
        return expr is not None and name in names_in(expr)

    def _counts(self, index: int, test: Expr) -> bool:
        """``tries > 300`` in a loop: not on the first round."""
        arcs = self.graph.nodes[index].arcs
        if not any(index in self.reached(arc.target) for arc in arcs):
            return False
        return test.kind is K.BINARY and any(kid.key in self._counted for kid in test.kids)

    def _decisions(self, moment: Moment) -> list[tuple[int, bool]]:
        steps: list[tuple[int, bool]] = []
        at = moment.state.trace
        while at is not None:
            before, _, words, expr = at
            if expr is not None and id(expr) in self._where:
                steps.append((self._where[id(expr)], words.endswith(_TRUE)))
            at = before
        return steps[::-1]

    def _arcs(self, decision: tuple[int, bool], *, taken: bool) -> list[Arc]:
        way = Way.TRUE if decision[1] == taken else Way.FALSE
        return [arc for arc in self.graph.nodes[decision[0]].arcs if arc.way is way]

    def _other(self, decision: tuple[int, bool]) -> list[int]:
        return [arc.target for arc in self._arcs(decision, taken=False)]

    def _leads(self, targets: list[int], wanted: set[int], without: int) -> bool:
        return any(not wanted.isdisjoint(self.reached(t, without)) for t in targets)

    def reached(self, start: int, without: int = -1) -> frozenset[int]:
        """Nodes that control may get to from ``start``, itself included."""
        key = start * (len(self.graph.nodes) + 1) + without + 1
        known = self._reach.get(key)
        if known is None:
            seen: set[int] = set()
            todo = [start]
            while todo:
                index = todo.pop()
                if index in seen or index == without:
                    continue
                seen.add(index)
                todo += [arc.target for arc in self.graph.nodes[index].arcs]
            known = self._reach[key] = frozenset(seen)
        return known

    def _rounds(
        self, sets: set[int], read: int, path: list[tuple[int, bool]]
    ) -> list[tuple[Why, int]]:
        """Iterations and switches before the read in which something is assigned."""
        found = []
        for index, node in enumerate(self.graph.nodes):
            if node.op not in (Op.ITERATE, Op.SWITCH) or read not in self.reached(index):
                continue
            if not self._passes(path, index):
                continue
            if node.op is Op.SWITCH and any(a.way is Way.OTHERWISE for a in node.arcs):
                ways = [a for a in node.arcs if a.way is Way.OTHERWISE]
            else:
                ways = [a for a in node.arcs if a.way is Way.FALSE]
            inside = {i for i in self.reached(index) & sets if i not in self._avoids(ways, index)}
            if inside:
                why = Why.WALK if node.op is Op.ITERATE else self._switch(node)
                if why is Why.WALK and self._filled(node, path):
                    continue
                if node.op is Op.SWITCH and not self._leads([a.target for a in ways], {read}, -1):
                    continue  # what it does not name never comes here
                if node.op is Op.SWITCH and (
                    self._in_another(node, index, read) or self._asked_before(node, index)
                ):
                    continue
                later = [d for d in path if self.graph.nodes[d[0]].line > node.line]
                if node.expr is not None and self._known_by(set(names_in(node.expr)), later, read):
                    why = Why.GUARDED
                found.append((why, node.line))
        return found

    def _passes(self, path: list[tuple[int, bool]], index: int) -> bool:
        """No decision of the path has led away from this node further down."""
        line = self.graph.nodes[index].line
        return all(
            any(index in self.reached(arc.target) for arc in self._arcs(decision, taken=True))
            for decision in path
            if self.graph.nodes[decision[0]].line < line
        )

    def _in_another(self, node: Node, index: int, read: int) -> bool:
        """The read is in some cases of a later switch over the same value."""
        text = render(node.expr) if node.expr is not None else ""
        for later, other in enumerate(self.graph.nodes):
            if other.op is not Op.SWITCH or later == index or other.expr is None:
                continue
            if render(other.expr) == text and later in self.reached(index):
                ways = [read in self.reached(arc.target, later) for arc in other.arcs]
                if any(ways) and not all(ways):
                    return True
        return False

    def _asked_before(self, node: Node, index: int) -> bool:
        """An earlier switch over the same value sends away what it does not name."""
        text = render(node.expr) if node.expr is not None else ""
        for earlier, other in enumerate(self.graph.nodes):
            if other.op is not Op.SWITCH or earlier == index or other.expr is None:
                continue
            rest = [arc.target for arc in other.arcs if arc.way is Way.OTHERWISE]
            before = render(other.expr) == text and index in self.reached(earlier)
            if rest and before and not any(index in self.reached(target) for target in rest):
                return True
        return False

    def _switch_knows(self, skip: int, read: int) -> bool:
        """The read is in some cases of a later switch over what the decision looked at."""
        decided = self.graph.nodes[skip].expr
        names = set(names_in(decided)) if decided is not None else set()
        for index, node in enumerate(self.graph.nodes):
            if node.op is not Op.SWITCH or node.expr is None or index not in self.reached(skip):
                continue
            if not names.isdisjoint(names_in(node.expr)):
                ways = [read in self.reached(arc.target, index) for arc in node.arcs]
                if any(ways) and not all(ways):
                    return True
        return False

    def _filled(self, walk_: Node, path: list[tuple[int, bool]]) -> bool:
        """The path has found that the list is not empty."""
        if walk_.expr is None:
            return False
        lists = {object_of(expr) for expr in walk(walk_.expr)} - {""}
        return any(
            expr.kind is K.CALL
            and expr.text == "list_empty"
            and not truth
            and not lists.isdisjoint(object_of(kid) for kid in expr.kids)
            for index, truth in path
            if (expr := self.graph.nodes[index].expr) is not None
        )

    def _switch(self, node: Node) -> Why:
        rest = [a.target for a in node.arcs if a.way is Way.OTHERWISE]
        labels = [self.graph.nodes[i] for i in rest]
        named = any(n.op is Op.LABEL and not n.name and not n.type for n in labels)
        return Why.CASE if named else Why.SWITCH

    def _loop(self, test: int, earlier: list[tuple[int, bool]], read: int) -> Why:
        nodes = self.graph.nodes
        expr = nodes[test].expr
        inside = [
            d for d in earlier if nodes[d[0]].op is Op.BRANCH and d[0] not in self._loop_tests
        ]
        if nodes[read].op is Op.RETURN and any(
            test in self.reached(d[0]) and d[0] in self.reached(test) for d in inside
        ):
            return Why.ROUNDS
        if expr is not None and expr.key and expr.key not in self._counted:
            return Why.WALK
        returned = nodes[read].op is Op.RETURN
        return Why.COUNT if returned and expr is not None and _open(expr) else Why.LOOP

    def _avoids(self, arcs: list[Arc], without: int) -> frozenset[int]:
        return frozenset[int]().union(*(self.reached(a.target, without) for a in arcs))

    def _guarded(self, skip: tuple[int, bool], path: list[tuple[int, bool]], read: int) -> bool:
        """A test after the skip, without which the read would not come, may know of it."""
        nodes = self.graph.nodes
        decided = nodes[skip[0]].expr
        known = set(names_in(decided)) if decided is not None else set()
        taken = self._avoids(self._arcs(skip, taken=True), skip[0])
        for index in self._avoids(self._arcs(skip, taken=False), skip[0]) - taken:
            known |= set(_assigned(nodes[index]))
        return self._known_by(known, path[path.index(skip) + 1 :], read)

    def _remembered(self, skip: tuple[int, bool]) -> bool:
        """``if (p != last) { last = p; x = …; }`` in a loop: the first round sets it."""
        expr = self.graph.nodes[skip[0]].expr
        if expr is None or expr.kind is not K.BINARY or expr.text not in ("!=", "=="):
            return False
        taken = self._avoids(self._arcs(skip, taken=True), skip[0])
        inside = self._avoids(self._arcs(skip, taken=False), skip[0]) - taken
        compared = {kid.text for kid in expr.kids if kid.kind is K.NAME}
        return any(not compared.isdisjoint(_assigned(self.graph.nodes[i])) for i in inside)

    def _known_by(self, known: set[str], later: list[tuple[int, bool]], read: int) -> bool:
        """One of the later decisions, without which the read would not come, mentions those."""
        for decision in later:
            if any(read in self.reached(t, decision[0]) for t in self._other(decision)):
                continue
            expr = self.graph.nodes[decision[0]].expr
            if expr is not None and not known.isdisjoint(names_in(expr)):
                return True
        return False

    def _alternatives(self, skips: list[tuple[int, bool]]) -> bool:
        """The last skip is an ``else if`` of an earlier one."""
        last = skips[-1][0]
        for skip in skips[:-1]:
            other = self._avoids(self._arcs(skip, taken=False), skip[0])
            if last not in other:
                return True
        return False


def _open(test: Expr) -> bool:
    """``i < n``, where ``n`` is no constant; or a call that asks for the end."""
    if test.kind is K.CALL:
        return True
    if test.kind is not K.BINARY or test.text not in ("<", "<=", ">", ">=", "!="):
        return False
    return all(kid.key and not _CONSTANT.match(kid.key) for kid in test.kids)


def sets(node: Node, name: str) -> bool:
    """The node assigns to the variable, or hands out its address."""
    if node.op is Op.DECLARE and node.name == name and node.expr is not None:
        return True
    if node.expr is None:
        return False
    if node.op is Op.ITERATE:
        return name in names_in(node.expr)
    return any(
        (e.kind in (K.ASSIGN, K.ADDRESS) and e.kids and root_name(e.kids[0]) == name)
        for e in walk(node.expr)
    )


def _assigned(node: Node) -> Iterator[str]:
    for expr in walk(node.expr) if node.expr is not None else ():
        if expr.kind in (K.ASSIGN, K.UPDATE, K.ADDRESS) and expr.kids:
            yield root_name(expr.kids[0])
