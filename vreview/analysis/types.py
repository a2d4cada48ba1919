# SPDX-License-Identifier: GPL-2.0-or-later
"""Declared types, as far as one file shows them: of locals, parameters and members of structs.

Words only: no typedefs are resolved, no headers read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from tree_sitter import Node

from vreview.analysis.graph import Graph, Op
from vreview.analysis.syntax import Function

_UNSIGNED = re.compile(
    r"^(?:(?:static|const|volatile|register)\s+)*"
    r"(?:unsigned(?:\s+(?:int|long|short|char|long\s+long|long\s+int|short\s+int))?"
    r"|_*u(?:8|16|32|64)|u?int_?least|uint(?:8|16|32|64)?_t|size_t|bool|_Bool|uint|ulong|ushort"
    r"|u_(?:int|long|char|short)|dma_addr_t|phys_addr_t|resource_size_t|sector_t|gfp_t)$"
)
_NARROW = re.compile(r"\b(_*u(8|16)|uint(8|16)_t|bool|_Bool|char|short)\b")
_MEMBER = re.compile(
    rb"^[ \t]+((?:[a-z_]\w*[ \t]+){1,3})(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*;", re.MULTILINE
)
_STRUCT = re.compile(rb"^(?:static )?(?:const )?(?:struct|union)\b[^;{}()]*\{", re.MULTILINE)


def is_unsigned(kind: str) -> bool:
    """The type cannot be below 0. A typedef that is not known here counts as signed."""
    return bool(_UNSIGNED.match(" ".join(kind.split())))


def is_narrow(kind: str) -> bool:
    """An errno that is stored in it is lost on the way back to an int."""
    return is_unsigned(kind) and bool(_NARROW.search(kind))


def types_of(function: Function, graph: Graph) -> dict[str, str]:
    """The type of each parameter and local variable; '' where two declarations differ."""
    found = dict(_parameters(function))
    for node in graph.nodes:
        if node.op is Op.DECLARE:
            known = found.get(node.name, node.type)
            found[node.name] = node.type if known == node.type else ""
    return found


def structs_of(function: Function, graph: Graph) -> dict[str, str]:
    """The struct that each pointer among the parameters and local variables points to."""
    found: dict[str, str] = {}
    for node in graph.nodes:
        if node.op is Op.DECLARE and "*" in node.type:
            found[node.name] = node.type
    for parameter in _listed(function):
        declarator, kind = (parameter.child_by_field_name(k) for k in ("declarator", "type"))
        if kind is None or declarator is None or declarator.type != "pointer_declarator":
            continue
        inner = declarator.child_by_field_name("declarator")
        if inner is not None and inner.type == "identifier":
            found[_text(inner)] = _text(kind)
    words = {name: re.findall(r"struct\s+(\w+)", kind) for name, kind in found.items()}
    return {name: word[0] for name, word in words.items() if word}


def _listed(function: Function) -> list[Node]:
    head = function.body.parent
    while head is not None and head.type != "function_declarator":
        head = head.child_by_field_name("declarator")
    listed = head.child_by_field_name("parameters") if head is not None else None
    return listed.named_children if listed is not None else []


def _parameters(function: Function) -> Iterator[tuple[str, str]]:
    for parameter in _listed(function):
        kind = parameter.child_by_field_name("type")
        declarator = parameter.child_by_field_name("declarator")
        if kind is not None and declarator is not None and declarator.type == "identifier":
            yield _text(declarator), _text(kind)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


@lru_cache(maxsize=8)
def members_of(masked: bytes) -> Mapping[str, str]:
    """The type of each plain member of the file's structs, by the member's name alone; '' where
    two structs disagree."""
    found: dict[str, str] = {}
    for struct in _STRUCT.finditer(masked):
        end = masked.find(b"\n}", struct.end())
        for member in _MEMBER.finditer(masked, struct.end(), end if end >= 0 else len(masked)):
            kind = " ".join(member.group(1).decode("ascii", "replace").split())
            for name in member.group(2).decode("ascii", "replace").replace(",", " ").split():
                known = found.get(name, kind)
                found[name] = kind if known == kind else ""
    return found
