# SPDX-License-Identifier: GPL-2.0-or-later
"""Variables that name the same piece of memory: a copy, a part, what a part lies in, and the
private data behind an object. Flow-blind: only what is given one value in the whole function.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vreview.analysis.expr import Expr, K, walk
from vreview.analysis.graph import Graph, Op
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.state import below

_ENCLOSES = re.compile(r"^(container_of|list_entry|hlist_entry|rb_entry|to_\w+)$")
_PART, _COPY, _WHOLE = "part", "copy", "whole"
_KINDS = frozenset({_PART, _COPY, _WHOLE})


@dataclass(frozen=True, slots=True)
class Kin:
    """``from_``: for a variable, the key that it was made from and how: ``copy`` of it, ``part``
    (``&x->m``), ``whole`` (``container_of(x)``), or by the accessor of that name."""

    from_: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def gone_with(self, key: str, inside: frozenset[str], *, holder: bool) -> Iterator[str]:
        """The other names of what goes with ``key``. ``inside``: accessors of the private data
        that goes as well; ``holder``: so does what the part ``key`` lies in."""
        own = self.from_.get(key)
        if own is not None and (own[1] in (_COPY, _WHOLE) or (holder and own[1] == _PART)):
            yield own[0]
        for name, (source, how) in self.from_.items():
            if source == key and (how in _KINDS or how in inside):
                yield name


def kin_of(graph: Graph, knowledge: Knowledge) -> Kin:
    """The kin among the variables of one function."""
    given = _given(graph)
    found: dict[str, tuple[str, str]] = {}
    for name, sources in given.items():
        if len(sources) != 1 or name not in graph.locals:
            continue
        made = _made(sources[0], knowledge.accessors)
        if made is None or made[0] == name:
            continue
        root = _root(made[0])
        if len(given.get(root, ())) <= (root in graph.locals):
            found[name] = made
    return Kin(found)


def backpointers(graphs: Iterable[Graph], knowledge: Knowledge) -> Mapping[str, str]:
    """Members of private data that point back to the object that it lies in, with the accessor:
    ``p->dev = dev`` where ``p = netdev_priv(dev)``. Only those that are never set to others."""
    found: dict[str, str] = {}
    other: set[str] = set()
    for graph in graphs:
        kin = kin_of(graph, knowledge)
        for node in graph.nodes:
            for expr in walk(node.expr) if node.expr is not None else ():
                if expr.kind is not K.ASSIGN or len(expr.kids) != 2:
                    continue
                target, source = expr.kids
                if target.kind is not K.MEMBER or target.kids[0].kind is not K.NAME:
                    continue
                made = kin.from_.get(target.kids[0].text)
                if made is not None and made[0] == source.key and made[1] not in _KINDS:
                    found[target.text] = made[1]
                elif source.text != "NULL":
                    other.add(target.text)
    return {member: how for member, how in found.items() if member not in other}


def _given(graph: Graph) -> dict[str, list[Expr]]:
    given: dict[str, list[Expr]] = {}
    for node in graph.nodes:
        if node.expr is None:
            continue
        if node.op is Op.DECLARE:
            given.setdefault(node.name, []).append(node.expr)
        elif node.op is Op.ITERATE:
            for expr in walk(node.expr):
                if expr.kind is K.NAME:
                    given.setdefault(expr.text, []).append(expr)
        for expr in walk(node.expr):
            if expr.kind in (K.ASSIGN, K.UPDATE) and expr.kids and expr.kids[0].key:
                given.setdefault(expr.kids[0].key, []).append(expr.kids[-1])
            elif expr.kind is K.CALL:
                for kid in expr.kids:
                    if kid.kind is K.ADDRESS and kid.kids and kid.kids[0].kind is K.NAME:
                        given.setdefault(kid.kids[0].text, []).append(kid)
    return given


def _made(source: Expr, accessors: frozenset[str]) -> tuple[str, str] | None:
    if source.kind is K.NAME and not source.text.isupper():
        return source.key, _COPY
    if source.kind is K.CALL and source.kids and source.kids[0].kind is K.NAME:
        if source.text in accessors:
            return source.kids[0].key, source.text
        if _ENCLOSES.match(source.text):
            return source.kids[0].key, _WHOLE
    if source.kind is K.MEMBER and source.arrow and f"->{source.text}" in accessors:
        return source.kids[0].key, f"->{source.text}"
    if source.kind is K.ADDRESS and source.kids:
        inner = source.kids[0]
        while inner.kind is K.MEMBER and not inner.arrow:
            inner = inner.kids[0]
        if inner.kind is K.MEMBER and inner.kids[0].kind is K.NAME:
            return inner.kids[0].key, _PART
    return None


def _root(key: str) -> str:
    return key.split("->", 1)[0]


def goes_with_member(key: str, inside: frozenset[str], pointers: Mapping[str, str]) -> str:
    """``p`` of ``p->dev``, where that member is known to point back to what ``p`` lies in."""
    owner, _, member = key.rpartition("->")
    if owner.isidentifier() and pointers.get(member, "") in inside and below(key, owner):
        return owner
    return ""
