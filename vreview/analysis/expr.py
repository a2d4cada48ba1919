# SPDX-License-Identifier: GPL-2.0-or-later
"""C expressions as a small tree of our own: what the checks look at instead of a parser's nodes.

No types and no constant folding beyond "is this a literal nought".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from tree_sitter import Node

DEEPEST = 150


class K(Enum):
    """Kinds of expression."""

    NAME = auto()
    NUMBER = auto()
    STRING = auto()  # text: the macro that it begins with, if it does
    CALL = auto()  # text: the callee as written; kids: the arguments
    UNARY = auto()  # text: - ! ~ +
    DEREF = auto()
    ADDRESS = auto()
    BINARY = auto()  # text: the operator
    ASSIGN = auto()  # text: = += …
    UPDATE = auto()  # text: ++ --
    MEMBER = auto()  # text: the member's name; kids: (base,)
    INDEX = auto()
    CHOICE = auto()  # a ? b : c, and a ?: c
    COMMA = auto()
    SIZEOF = auto()  # of an expression, which is not evaluated
    OTHER = auto()  # anything else, with what it holds as kids


class TooDeep(Exception):
    """The text is nested deeper than any person writes; the function is left alone."""


@dataclass(slots=True, eq=False)  # frozen costs a third of the time to read a file
class Expr:
    """One expression; ``line`` counts from 1. Casts and parentheses are already gone.
    Nobody changes one.

    ``key`` is the canonical text of what can be assigned to (``a->b[i]``), else ''.
    ``arrow``: the member is reached through a pointer; of an UPDATE: ``++`` stands in front.
    """

    kind: K
    text: str
    kids: tuple[Expr, ...]
    line: int
    key: str = ""
    arrow: bool = False


def lower(node: Node, depth: int = 0) -> Expr:
    """The expression below a parser's node. Raises ``TooDeep``."""
    if depth > DEEPEST:
        raise TooDeep
    return _LOWER.get(node.type, _lower_other)(node, depth)


def _lower_wrapped(node: Node, depth: int) -> Expr:
    inner = node.child_by_field_name("value") or _first_named(node)
    if inner is not None and inner.type != "compound_statement":
        return lower(inner, depth + 1)
    return _lower_other(node, depth)


def _lower_name(node: Node, _depth: int) -> Expr:
    name = _text(node)
    return Expr(K.NAME, name, (), node.start_point[0] + 1, name)


def _lower_number(node: Node, _depth: int) -> Expr:
    text, line = _text(node), node.start_point[0] + 1
    if text.startswith("-"):  # the grammar reads a sign into the number
        return Expr(K.UNARY, "-", (Expr(K.NUMBER, text[1:].strip(), (), line),), line)
    return Expr(K.NUMBER, text, (), line)


def _lower_string(node: Node, _depth: int) -> Expr:
    level = _first_child(node)  # KERN_ERR "…"
    name = _text(level) if level is not None and level.type == "identifier" else ""
    return Expr(K.STRING, name, (), node.start_point[0] + 1)


def _lower_member(node: Node, depth: int) -> Expr:
    base = node.child_by_field_name("argument")
    member = node.child_by_field_name("field")
    if base is None or member is None:
        return _lower_other(node, depth)
    owner, name = lower(base, depth + 1), _text(member)
    dot = node.child_by_field_name("operator")
    arrow = dot is not None and dot.type == "->"
    line = node.start_point[0] + 1
    return Expr(K.MEMBER, name, (owner,), line, _member_key(owner, name), arrow)


def _lower_other(node: Node, depth: int) -> Expr:
    kind, line = node.type, node.start_point[0] + 1
    operator = node.child_by_field_name("operator")
    sign = operator.type if operator is not None else ""
    kids = tuple(
        [lower(child, depth + 1) for child in node.named_children if child.type not in _NO_OPERANDS]
    )
    if kind == "subscript_expression" and len(kids) == 2 and kids[0].key:
        return Expr(K.INDEX, sign, kids, line, f"{kids[0].key}[{render(kids[1])}]")
    if kind == "pointer_expression":
        if sign == "*" and kids and kids[0].key:
            return Expr(K.DEREF, sign, kids, line, f"*{kids[0].key}")
        return Expr(_pointer(sign), sign, kids, line)
    front = kind == "update_expression" and operator is not None and not operator.prev_sibling
    return Expr(_KIND_OF.get(kind, K.OTHER), sign, kids, line, arrow=front)


_NO_OPERANDS = frozenset(
    {"comment", "type_descriptor", "gnu_asm_qualifier", "field_designator", "ERROR"}
)


def _member_key(owner: Expr, name: str) -> str:
    if owner.kind is K.ADDRESS and owner.kids:
        owner = owner.kids[0]
    return f"{owner.key}->{name}" if owner.key else ""


_KIND_OF = {
    "subscript_expression": K.INDEX,
    "assignment_expression": K.ASSIGN,
    "update_expression": K.UPDATE,
    "unary_expression": K.UNARY,
    "binary_expression": K.BINARY,
    "conditional_expression": K.CHOICE,
    "comma_expression": K.COMMA,
    "sizeof_expression": K.SIZEOF,
}


def _pointer(sign: str) -> K:
    return K.ADDRESS if sign == "&" else K.DEREF


def _first_named(node: Node) -> Node | None:
    named = [c for c in node.named_children if c.type not in ("comment", "type_descriptor")]
    return named[0] if len(named) == 1 else None


def _first_child(node: Node) -> Node | None:
    return node.named_children[0] if node.named_child_count else None


def _text(node: Node) -> str:
    return str(node.text or b"", "utf-8", "replace")


def _lower_call(node: Node, depth: int) -> Expr:
    callee = node.child_by_field_name("function")
    arguments = node.child_by_field_name("arguments")
    kids = tuple(
        [
            lower(child, depth + 1)
            for child in (arguments.named_children if arguments is not None else ())
            if child.type != "comment"
        ]
    )
    if callee is None:
        name = ""
    elif callee.type == "identifier":
        name = _text(callee)
    else:
        name = render(lower(callee, depth + 1))
    return Expr(K.CALL, name, kids, node.start_point[0] + 1)


def _lower_offset(node: Node, _depth: int) -> Expr:
    return Expr(K.SIZEOF, "", (), node.start_point[0] + 1)


def _lower_assembly(node: Node, depth: int) -> Expr:
    """As a call of ``asm``: outputs by their address, inputs as they are."""
    kids = []
    for child in node.named_children:
        for operand in child.named_children if child.type.endswith("operand_list") else ():
            value = operand.child_by_field_name("value")
            if value is not None:
                inner = lower(value, depth + 1)
                out = operand.type == "gnu_asm_output_operand"
                kids.append(Expr(K.ADDRESS, "&", (inner,), inner.line) if out else inner)
    return Expr(K.CALL, "asm", tuple(kids), node.start_point[0] + 1)


_LOWER: dict[str, Callable[[Node, int], Expr]] = {
    "parenthesized_expression": _lower_wrapped,
    "cast_expression": _lower_wrapped,
    "expression_statement": _lower_wrapped,
    "identifier": _lower_name,
    "field_identifier": _lower_name,
    "type_identifier": _lower_name,
    "true": _lower_name,
    "false": _lower_name,
    "null": _lower_name,
    "number_literal": _lower_number,
    "char_literal": _lower_number,
    "string_literal": _lower_string,
    "concatenated_string": _lower_string,
    "call_expression": _lower_call,
    "field_expression": _lower_member,
    "gnu_asm_expression": _lower_assembly,
    "offsetof_expression": _lower_offset,
}


def render(expr: Expr) -> str:
    """The expression in one canonical spelling: no spaces, no casts, ``->`` for every member."""
    if expr.key:
        return expr.key
    kids = expr.kids
    match expr.kind:
        case K.NAME | K.NUMBER:
            return expr.text
        case K.STRING:
            return '""'
        case K.MEMBER:
            base = kids[0].kids[0] if kids[0].kind is K.ADDRESS and kids[0].kids else kids[0]
            return f"{render(base)}->{expr.text}"
        case K.CALL:
            return f"{expr.text}({', '.join(map(render, kids))})"
        case K.ADDRESS if len(kids) == 1:
            return f"&{render(kids[0])}"
        case K.DEREF if len(kids) == 1:
            return f"*{render(kids[0])}"
        case K.UNARY if len(kids) == 1:
            return f"{expr.text}{render(kids[0])}"
        case K.UPDATE if len(kids) == 1:
            return f"{render(kids[0])}{expr.text}"
        case K.INDEX if len(kids) == 2:
            return f"{render(kids[0])}[{render(kids[1])}]"
        case K.BINARY | K.ASSIGN if len(kids) == 2:
            return f"{render(kids[0])} {expr.text} {render(kids[1])}"
        case K.CHOICE if len(kids) == 3:
            return f"{render(kids[0])} ? {render(kids[1])} : {render(kids[2])}"
        case K.SIZEOF:
            return f"sizeof({', '.join(map(render, kids))})"
        case _:
            return f"({', '.join(map(render, kids))})"


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything in it, arguments before the call that takes them."""
    found: list[Expr] = []
    _collect(expr, found)
    return iter(found)


def _collect(expr: Expr, found: list[Expr]) -> None:
    for kid in expr.kids:
        if kid.kids:
            _collect(kid, found)
        else:
            found.append(kid)
    found.append(expr)


def names_in(expr: Expr) -> frozenset[str]:
    """Every plain identifier that the expression mentions (no members, no callees)."""
    return frozenset(e.text for e in walk(expr) if e.kind is K.NAME)


def root_name(expr: Expr) -> str:
    """The variable that an lvalue or pointer starts from: ``vq`` of ``&vq->dev.lock``; or ''."""
    while expr.kind in (K.MEMBER, K.INDEX, K.ADDRESS, K.DEREF) and expr.kids:
        expr = expr.kids[0]
    return expr.text if expr.kind is K.NAME else ""


def object_key(expr: Expr) -> str:
    """The object that a pointer argument names, without its leading ``&``: ``vq->mutex``."""
    while expr.kind is K.ADDRESS and expr.kids:
        expr = expr.kids[0]
    return render(expr)


def last_field(key: str) -> str:
    """``mutex`` of ``d->vqs[i]->mutex``: how one lock is recognised from function to function."""
    tail = key.rsplit("->", 1)[-1]
    return tail.split("[", 1)[0].lstrip("&*")


def is_nought(expr: Expr) -> bool:
    """A literal 0 or NULL."""
    if expr.kind is K.NUMBER:
        return expr.text.rstrip("uUlL") in ("0", "0x0", "00")
    return expr.kind is K.NAME and expr.text in ("NULL", "false")
