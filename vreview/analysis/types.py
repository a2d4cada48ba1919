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
_POINTED = re.compile(r"\bstruct\s+(\w+)\b.*\*")
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
    found = {}
    for name, kind in types_of(function, graph).items():
        struct = _POINTED.search(kind)
        if struct is not None:
            found[name] = struct.group(1)
    return found


def _parameters(function: Function) -> Iterator[tuple[str, str]]:
    head = function.body.parent
    while head is not None and head.type != "function_declarator":
        head = head.child_by_field_name("declarator")
    listed = head.child_by_field_name("parameters") if head is not None else None
    for parameter in listed.named_children if listed is not None else ():
        kind = parameter.child_by_field_name("type")
        declarator = parameter.child_by_field_name("declarator")
        stars = ""
        while declarator is not None and declarator.type == "pointer_declarator":
            declarator, stars = declarator.child_by_field_name("declarator"), f"{stars} *"
        if kind is not None and declarator is not None and declarator.type == "identifier":
            yield _text(declarator), _text(kind) + stars


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


_NAMED = re.compile(rb"^(?:static )?(?:const )?struct (\w+)\s*\{", re.MULTILINE)
_INNER = re.compile(
    rb"^[ \t]+(?:const[ \t]+)?struct (\w+)[ \t]*\**[ \t]*(\w+)[ \t]*;", re.MULTILINE
)


@lru_cache(maxsize=8)
def member_structs(masked: bytes) -> Mapping[tuple[str, str], str]:
    """By the file's structs and their members, the struct that the member is or points to."""
    found: dict[tuple[str, str], str] = {}
    for struct in _NAMED.finditer(masked):
        end = masked.find(b"\n}", struct.end())
        owner = struct.group(1).decode("ascii", "replace")
        for member in _INNER.finditer(masked, struct.end(), end if end >= 0 else len(masked)):
            kind, name = (part.decode("ascii", "replace") for part in member.groups())
            found.setdefault((owner, name), kind)
    return found
