# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions and the operations structures of a masked C text, found with tree-sitter.

A function in which the grammar met an error is kept with the reason, so that it can be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import tree_sitter_c
from tree_sitter import Language, Node, Parser

from vreview.analysis.mask import Masked


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function's definition. ``result`` is its type as written; ``body`` the parser's node."""

    name: str
    result: str
    parameters: tuple[str, ...]
    first: int
    last: int
    body: Node
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SlotUse:
    """``.member = function`` in an initialiser of ``struct struct``, or ``x->member = function``
    with an empty ``struct``."""

    struct: str
    member: str
    function: str
    line: int


@cache
def _language() -> Language:
    return Language(tree_sitter_c.language())


def parse(masked: Masked) -> Node:
    """The root of the syntax tree."""
    return Parser(_language()).parse(masked.text).root_node


def functions_of(root: Node) -> Iterator[Function]:
    """Every function definition, in the order of the text."""
    stack = list(reversed(root.children))
    while stack:
        node = stack.pop()
        if node.type == "function_definition":
            if (function := _function(node)) is not None:
                yield function
        elif node.type in ("linkage_specification", "declaration_list", "ERROR", "preproc_if"):
            stack.extend(reversed(node.children))


def _function(node: Node) -> Function | None:
    declarator = node.child_by_field_name("declarator")
    body = node.child_by_field_name("body")
    stars = 0
    while declarator is not None and declarator.type != "function_declarator":
        stars += declarator.type == "pointer_declarator"
        declarator = declarator.child_by_field_name("declarator") or _only_child(declarator)
    if declarator is None or body is None:
        return None
    named = declarator.child_by_field_name("declarator")
    if named is None or named.type != "identifier":
        return None
    kind = node.child_by_field_name("type")
    parameters = declarator.child_by_field_name("parameters")
    return Function(
        name=_text(named),
        result=(_text(kind) if kind is not None else "int") + "*" * stars,
        parameters=tuple(_parameters(parameters)),
        first=node.start_point[0] + 1,
        last=node.end_point[0] + 1,
        body=body,
        trouble=_trouble(node),
    )


def _only_child(node: Node) -> Node | None:
    return node.named_children[0] if node.named_child_count == 1 else None


def _parameters(node: Node | None) -> Iterator[str]:
    for parameter in node.named_children if node is not None else ():
        declarator = parameter.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "identifier":
            declarator = declarator.child_by_field_name("declarator") or _only_child(declarator)
        yield _text(declarator) if declarator is not None else ""


def _trouble(node: Node) -> str:
    if not node.has_error:
        return ""
    stack = [node]
    while stack:
        inner = stack.pop()
        if inner.type == "ERROR" or inner.is_missing:
            return f"not C that the grammar knows, near line {inner.start_point[0] + 1}"
        stack.extend(child for child in inner.children if child.has_error or child.is_missing)
    return "not C that the grammar knows"


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


_INITIALISER = re.compile(rb"\bstruct\s+(\w+)\s+\w+\s*(?:\[[^\]]*\]\s*)?=\s*\{", re.MULTILINE)
_MEMBER_IS = re.compile(rb"(?<![\w\])>])\.\s*(\w+)\s*=\s*&?\s*(\w+)\s*[,}\n]")
_STORED = re.compile(rb"(?:->|\.)\s*(\w+)\s*=\s*&?([A-Za-z_]\w*)\s*;")


def slot_uses(text: bytes) -> Iterator[SlotUse]:
    """Function names stored into members, from the masked text. Names that are no functions are
    given too: the caller knows the functions."""
    line, counted = 1, 0
    for found in _INITIALISER.finditer(text):
        line += text.count(b"\n", counted, found.start())
        counted = found.start()
        end = text.find(b"\n}", found.end())
        body = text[found.end() : end if end >= 0 else len(text)] + b"\n"
        struct, at, seen = str(found.group(1), "ascii", "replace"), line, 0
        for member in _MEMBER_IS.finditer(body):
            at += body.count(b"\n", seen, member.start())
            seen = member.start()
            name, function = member.groups()
            yield SlotUse(
                struct, str(name, "ascii", "replace"), str(function, "ascii", "replace"), at
            )
    line, counted = 1, 0
    for found in _STORED.finditer(text):
        line += text.count(b"\n", counted, found.start())
        counted = found.start()
        name, function = found.groups()
        yield SlotUse("", str(name, "ascii", "replace"), str(function, "ascii", "replace"), line)
