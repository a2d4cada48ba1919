# SPDX-License-Identifier: GPL-2.0-or-later
"""Control flow of one function: statements as nodes, conditions taken apart at ``&&`` and ``||``.

What cannot be followed (a jump to a label out of sight) leads to a hole, where knowledge ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from tree_sitter import Node as Syntax

from vreview.analysis.excerpt import HOLE
from vreview.analysis.expr import DEEPEST, Expr, K, TooDeep, is_nought, lower
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.syntax import Function


class Op(Enum):
    """What happens at a node."""

    ENTRY = auto()
    EVAL = auto()
    DECLARE = auto()  # name, and the initial value if there is one
    BRANCH = auto()
    ITERATE = auto()  # a for_each macro: none to many rounds
    SWITCH = auto()
    RETURN = auto()
    GOTO = auto()
    LABEL = auto()
    HOLE = auto()  # not visible, or not understood: nothing is known after it
    EXIT = auto()


class Way(Enum):
    """Why control goes along an arc."""

    NEXT = auto()
    TRUE = auto()
    FALSE = auto()
    CASE = auto()
    OTHERWISE = auto()
    JUMP = auto()


@dataclass(frozen=True, slots=True)
class Arc:
    """From a node to ``target``; ``value`` is the constant of a ``case``."""

    way: Way
    target: int
    value: Expr | None = None


@dataclass(slots=True, eq=False)
class Node:
    """One step of the function. ``type``: of a declaration, as written, ``*`` and ``[]`` included;
    of a loop's head ``loop``."""

    op: Op
    line: int
    expr: Expr | None = None
    name: str = ""
    type: str = ""
    arcs: list[Arc] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Graph:
    """``nodes[0]`` is the entry, ``nodes[1]`` the exit, ``nodes[2]`` the hole that swallows.
    ``arms``: the first nodes below an ``if`` or ``else``, with the number of arcs that its
    condition leads there."""

    nodes: tuple[Node, ...]
    locals: frozenset[str]
    arms: Mapping[int, int] = field(default_factory=dict)
    name: str = ""


ENTRY, EXIT, SINK = 0, 1, 2
_Loose = list[tuple[int, Way, Expr | None]]


def build(function: Function, iterators: Mapping[int, str], knowledge: Knowledge) -> Graph:
    """The function's graph. Raises ``TooDeep``."""
    builder = _Builder(iterators, knowledge)
    end = builder.statement(function.body, [(ENTRY, Way.NEXT, None)], 0)
    builder.bind(end, EXIT)
    builder.resolve()
    return Graph(tuple(builder.nodes), frozenset(builder.locals), builder.arms, function.name)


def always_passed(index: int, graph: Graph) -> bool:
    """Every way through the function leads over the node."""
    seen, todo = {ENTRY, index}, [ENTRY]
    while todo:
        for arc in graph.nodes[todo.pop()].arcs:
            if arc.target == EXIT:
                return False
            if arc.target not in seen:
                seen.add(arc.target)
                todo.append(arc.target)
    return True


class _Builder:
    """Threads loose ends through the statements; a label's jumps are bound last."""

    def __init__(self, iterators: Mapping[int, str], knowledge: Knowledge) -> None:
        self.iterators = iterators
        self.knowledge = knowledge
        self.nodes = [Node(Op.ENTRY, 0), Node(Op.EXIT, 0), Node(Op.HOLE, 0)]
        self.locals: set[str] = set()
        self.arms: dict[int, int] = {}
        self.labels: dict[str, int] = {}
        self.gotos: list[tuple[int, str]] = []
        self.breaks: list[_Loose] = []
        self.continues: list[_Loose] = []
        self.switches: list[tuple[int, list[bool]]] = []
        self.holed = False

    def add(self, node: Node, loose: _Loose) -> int:
        self.nodes.append(node)
        self.bind(loose, len(self.nodes) - 1)
        return len(self.nodes) - 1

    def bind(self, loose: _Loose, target: int) -> None:
        for source, way, value in loose:
            self.nodes[source].arcs.append(Arc(way, target, value))

    def resolve(self) -> None:
        for source, label in self.gotos:
            self.nodes[source].arcs.append(Arc(Way.JUMP, self.labels.get(label, SINK)))
        if self.holed:
            # A jump out of the part that is not visible may lead to any label.
            for target in self.labels.values():
                self.nodes[SINK].arcs.append(Arc(Way.JUMP, target))

    # Statements: take the loose ends that lead here, give those that lead on.

    def statement(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        if depth > DEEPEST:
            raise TooDeep
        make = _STATEMENTS.get(node.type)
        return make(self, node, loose, depth + 1) if make is not None else loose

    def block(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        for child in node.named_children:
            loose = self.statement(child, loose, depth)
        return loose

    def expression(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        inner = node.named_children[0] if node.named_child_count else None
        if inner is None or inner.type == "comment":
            return loose
        expr = lower(inner, depth)
        if expr.kind is K.CALL and expr.text == HOLE.decode():
            self.holed = True
            self.bind(loose, SINK)
            self.nodes.append(Node(Op.HOLE, expr.line))
            self.nodes[SINK].arcs.append(Arc(Way.NEXT, len(self.nodes) - 1))
            return [(len(self.nodes) - 1, Way.NEXT, None)]
        index = self.add(Node(Op.EVAL, expr.line, expr), loose)
        if expr.kind in (K.CALL, K.NAME) and expr.text in self.knowledge.noreturn:
            return []
        return [(index, Way.NEXT, None)]

    def declaration(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        for child in node.named_children:
            value = child.child_by_field_name("value") if child.type == "init_declarator" else None
            name = _declared(child)
            if not name or child == node.child_by_field_name("type"):
                continue
            self.locals.add(name)
            expr = lower(value, depth) if value is not None else None
            kind = _declared_type(node, child)
            index = self.add(Node(Op.DECLARE, child.start_point[0] + 1, expr, name, kind), loose)
            loose = [(index, Way.NEXT, None)]
        return loose

    def condition(self, expr: Expr, loose: _Loose) -> tuple[_Loose, _Loose]:
        """The loose ends for true and for false."""
        kids = expr.kids
        if expr.kind is K.UNARY and expr.text == "!" and len(kids) == 1:
            yes, no = self.condition(kids[0], loose)
            return no, yes
        if expr.kind is K.BINARY and expr.text in ("&&", "||") and len(kids) == 2:
            yes, no = self.condition(kids[0], loose)
            if expr.text == "&&":
                yes2, no2 = self.condition(kids[1], yes)
                return yes2, no + no2
            yes2, no2 = self.condition(kids[1], no)
            return yes + yes2, no2
        if expr.kind is K.CALL and expr.text in self.knowledge.transparent and kids:
            return self.condition(kids[0], loose)
        if expr.kind is K.COMMA and len(kids) == 2:
            first = self.add(Node(Op.EVAL, expr.line, kids[0]), loose)
            return self.condition(kids[1], [(first, Way.NEXT, None)])
        constant = _constant(expr)
        if constant is not None:
            return (loose, []) if constant else ([], loose)
        index = self.add(Node(Op.BRANCH, expr.line, expr), loose)
        return [(index, Way.TRUE, None)], [(index, Way.FALSE, None)]

    def choose(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        test = node.child_by_field_name("condition")
        then = node.child_by_field_name("consequence")
        other = node.child_by_field_name("alternative")
        if test is None:
            return loose
        if node.start_byte in self.iterators:  # scoped_guard(): the body runs once
            yes, no = loose, list[tuple[int, Way, Expr | None]]()
        else:
            yes, no = self.condition(lower(test, depth), loose)
        start = len(self.nodes)
        after = self.statement(then, yes, depth) if then is not None else yes
        self.arms[start] = len(yes)
        if other is not None:
            self.arms[len(self.nodes)] = len(no)
            for child in other.named_children:
                no = self.statement(child, no, depth)
        return after + no

    def loop(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        test = node.child_by_field_name("condition")
        body = node.child_by_field_name("body")
        if test is None or body is None:
            return loose
        head = self.add(Node(Op.LABEL, node.start_point[0] + 1, type="loop"), loose)
        expr = lower(test, depth)
        if name := self.iterators.get(node.start_byte):
            index = self.add(Node(Op.ITERATE, expr.line, expr, name), [(head, Way.NEXT, None)])
            yes: _Loose = [(index, Way.TRUE, None)]
            no: _Loose = [(index, Way.FALSE, None)]
        else:
            yes, no = self.condition(expr, [(head, Way.NEXT, None)])
        return no + self._body(body, yes, head, depth)

    def _body(self, body: Syntax, loose: _Loose, again: int, depth: int) -> _Loose:
        self.breaks.append([])
        self.continues.append([])
        end = self.statement(body, loose, depth)
        self.bind(end + self.continues.pop(), again)
        return self.breaks.pop()

    def repeat(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        test = node.child_by_field_name("condition")
        body = node.child_by_field_name("body")
        if test is None or body is None:
            return loose
        head = self.add(Node(Op.LABEL, node.start_point[0] + 1, type="loop"), loose)
        self.breaks.append([])
        self.continues.append([])
        end = self.statement(body, [(head, Way.NEXT, None)], depth)
        yes, no = self.condition(lower(test, depth), end + self.continues.pop())
        self.bind(yes, head)
        return no + self.breaks.pop()

    def count(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        start = node.child_by_field_name("initializer")
        test = node.child_by_field_name("condition")
        step = node.child_by_field_name("update")
        body = node.child_by_field_name("body")
        if start is not None:
            if start.type == "declaration":
                loose = self.declaration(start, loose, depth)
            else:
                first = lower(start, depth)
                loose = [(self.add(Node(Op.EVAL, first.line, first), loose), Way.NEXT, None)]
        head = self.add(Node(Op.LABEL, node.start_point[0] + 1, type="loop"), loose)
        yes: _Loose = [(head, Way.NEXT, None)]
        no: _Loose = []
        if test is not None:
            yes, no = self.condition(lower(test, depth), yes)
        if body is None:
            return no
        again = head
        if step is not None:
            expr = lower(step, depth)
            again = self.add(Node(Op.EVAL, expr.line, expr), [])
            self.bind([(again, Way.NEXT, None)], head)
        return no + self._body(body, yes, again, depth)

    def switch(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        test = node.child_by_field_name("condition")
        body = node.child_by_field_name("body")
        if test is None or body is None:
            return loose
        expr = lower(test, depth)
        index = self.add(Node(Op.SWITCH, expr.line, expr), loose)
        has_default = [False]
        self.switches.append((index, has_default))
        self.breaks.append([])
        end = self.statement(body, [], depth)
        self.switches.pop()
        end = end + self.breaks.pop()
        return end if has_default[0] else [*end, (index, Way.OTHERWISE, None)]

    def case(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        value = node.child_by_field_name("value")
        line = node.start_point[0] + 1
        if self.switches:
            index, has_default = self.switches[-1]
            if value is None:
                has_default[0] = True
            expr = lower(value, depth) if value is not None else None
            loose = [*loose, (index, Way.CASE if value is not None else Way.OTHERWISE, expr)]
        else:
            loose = [*loose, (SINK, Way.JUMP, None)]
        loose = [(self.add(Node(Op.LABEL, line), loose), Way.NEXT, None)]
        for child in node.named_children:
            if child != value:
                loose = self.statement(child, loose, depth)
        return loose

    def give(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        inner = [c for c in node.named_children if c.type != "comment"]
        expr = lower(inner[0], depth) if inner else None
        index = self.add(Node(Op.RETURN, node.start_point[0] + 1, expr), loose)
        self.bind([(index, Way.NEXT, None)], EXIT)
        return []

    def jump(self, node: Syntax, loose: _Loose, _depth: int) -> _Loose:
        label = node.child_by_field_name("label")
        name = (label.text or b"").decode("utf-8", "replace") if label is not None else ""
        index = self.add(Node(Op.GOTO, node.start_point[0] + 1, None, name), loose)
        self.gotos.append((index, name))
        return []

    def leave(self, node: Syntax, loose: _Loose, _depth: int) -> _Loose:
        stack = self.breaks if node.type == "break_statement" else self.continues
        if stack:
            stack[-1].extend(loose)
        else:
            self.bind(loose, SINK)
        return []

    def label(self, node: Syntax, loose: _Loose, depth: int) -> _Loose:
        label = node.child_by_field_name("label")
        name = (label.text or b"").decode("utf-8", "replace") if label is not None else ""
        index = self.add(Node(Op.LABEL, node.start_point[0] + 1, None, name), loose)
        self.labels.setdefault(name, index)
        loose = [(index, Way.NEXT, None)]
        for child in node.named_children:
            if child != label:
                loose = self.statement(child, loose, depth)
        return loose


_STATEMENTS = {
    "compound_statement": _Builder.block,
    "expression_statement": _Builder.expression,
    "declaration": _Builder.declaration,
    "if_statement": _Builder.choose,
    "while_statement": _Builder.loop,
    "do_statement": _Builder.repeat,
    "for_statement": _Builder.count,
    "switch_statement": _Builder.switch,
    "case_statement": _Builder.case,
    "return_statement": _Builder.give,
    "goto_statement": _Builder.jump,
    "break_statement": _Builder.leave,
    "continue_statement": _Builder.leave,
    "labeled_statement": _Builder.label,
    "attributed_statement": _Builder.block,
}


def _declared(node: Syntax) -> str:
    inner: Syntax | None = node
    while inner is not None and inner.type != "identifier":
        if inner.type not in (
            "init_declarator",
            "pointer_declarator",
            "array_declarator",
            "parenthesized_declarator",
        ):
            return ""
        inner = inner.child_by_field_name("declarator") or (
            inner.named_children[0] if inner.named_child_count else None
        )
    return (inner.text or b"").decode("utf-8", "replace") if inner is not None else ""


def _declared_type(declaration: Syntax, declarator: Syntax) -> str:
    kind = declaration.child_by_field_name("type")
    words = [
        (child.text or b"").decode("utf-8", "replace")
        for child in declaration.named_children
        if child.type == "storage_class_specifier"
    ]
    words.append((kind.text or b"").decode("utf-8", "replace") if kind is not None else "int")
    marks = ""
    inner: Syntax | None = declarator
    while inner is not None and inner.type != "identifier":
        marks += {"pointer_declarator": "*", "array_declarator": "[]"}.get(inner.type, "")
        inner = inner.child_by_field_name("declarator") or (
            inner.named_children[0] if inner.named_child_count else None
        )
    return " ".join(words) + marks


def _constant(expr: Expr) -> bool | None:
    if is_nought(expr):
        return False
    if expr.kind is K.NUMBER or (expr.kind is K.NAME and expr.text == "true"):
        return True
    return None
