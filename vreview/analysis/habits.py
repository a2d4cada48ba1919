# SPDX-License-Identifier: GPL-2.0-or-later
"""How the functions of one file treat what they call: what is tested, how, and given back by what.

Made for statistics over a whole tree: flow-blind, in the order of the text. It judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vreview.analysis.expr import Expr, K, TooDeep, is_nought, object_key, walk
from vreview.analysis.graph import Graph, Node, Op, build
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.mask import mask
from vreview.analysis.results import Habit, habits_of, plain_call, stored
from vreview.analysis.syntax import Function, functions_of, parse

_RELEASES = re.compile(
    r"(^|_)(put|release|destroy|unregister|deregister|disable|del|delete|remove|close|cleanup|exit"
    r"|deinit|uninit|fini|finish|drop|prune|unmap|iounmap|unprepare|stop|cancel|abort|detach|unref"
    r"|unpin|end|dealloc|deallocate|unload|teardown|unbind|shutdown|down|kill|discard|unuse|brelse"
    r"|deactivate|unlink|dec|unget|revert|restore|uncharge|dispose|off|unset|clear|unreserve|assert"
    r"|disconnect|unmount|umount|k?free\w*|unregister\w*|(?!in|out|com)[a-z]*put|[a-z]*unmap"
    r"|[a-z]*free|[a-z]*unlock|release\w*|destroy\w*)(_|\d|$)"
)
_NO_RELEASE = re.compile(
    r"skb_put|get_free|(?<!de)alloc|put_(user|unaligned|data|char|u\d+|[bl]e\d+|string|link)"
    r"|(nla|seq|nlmsg|genlmsg|fifo|echo_skb|attr)_put|put_echo|^(is|has|can)_|_(is|has)_"
)


def may_release(name: str) -> bool:
    """True for a call that may give something back, by its name."""
    return _RELEASES.search(name) is not None and _NO_RELEASE.search(name) is None


@dataclass(frozen=True, slots=True)
class Handed:
    """``acquire`` is called; ``handle`` is the argument that names a thing, -1 for its result."""

    acquire: str
    handle: int


@dataclass(frozen=True, slots=True)
class GivenBack:
    """After ``acquire``, ``release`` is called with the same thing as its argument ``arg``."""

    acquire: Handed
    release: str
    arg: int


@dataclass(frozen=True, slots=True)
class Conduct:
    """One function. ``gives``: what it may return itself (null, maybe_null, err_ptr, errno, zero,
    one, minus_one, other); ``forwards``: whose result it may return. What it does with a thing
    counts once, however often it does it."""

    name: str
    static: bool
    result: str
    gives: frozenset[str]
    forwards: frozenset[str]
    habits: tuple[Habit, ...]
    handed: tuple[Handed, ...]
    given_back: tuple[GivenBack, ...]


def conducts(text: bytes, knowledge: Knowledge) -> Iterator[Conduct]:
    """Every function of the file that could be understood."""
    masked = mask(text)
    for function in functions_of(parse(masked)):
        if function.trouble:
            continue
        try:
            graph = build(function, masked.iterators, knowledge)
        except TooDeep:
            continue
        gives, forwards = _given(graph)
        handed, given_back = _given_back(graph)
        yield Conduct(
            function.name,
            _is_static(function),
            function.result,
            gives,
            forwards,
            tuple(habits_of(graph)),
            handed,
            given_back,
        )


_COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*", re.DOTALL)
_CALLED = re.compile(rb"\b([A-Za-z_]\w+)\s*\(")
_ATTRIBUTE = re.compile(
    rb"__must_check|__attribute__\s*\(\(.*?\)\)|__(?:printf|scanf|alloc_size|malloc)\b"
    rb"(?:\s*\([^()]*\))?"
)


def named_in_header(text: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The functions and macros that a header names, and those that it marks ``__must_check``."""
    plain = _COMMENT.sub(b" ", text)
    named = frozenset(found.decode() for found in _CALLED.findall(plain))
    marked: set[str] = set()
    if b"__must_check" in plain:
        for statement in re.split(rb"[;{}#]", plain):
            if b"__must_check" in statement and b"define" not in statement:
                found = _CALLED.search(_ATTRIBUTE.sub(b" ", statement))
                if found:
                    marked.add(found.group(1).decode())
    return named, frozenset(marked)


def _is_static(function: Function) -> bool:
    node = function.body.parent
    return node is not None and any(
        child.type == "storage_class_specifier" and child.text == b"static"
        for child in node.children
    )


def _given(graph: Graph) -> tuple[frozenset[str], frozenset[str]]:
    """(what the function may return, whose results)."""
    direct = [n.expr for n in graph.nodes if n.op is Op.RETURN and n.expr is not None]
    names = {expr.text for expr in direct if expr.kind is K.NAME}
    stored = [
        value
        for node in graph.nodes
        if node.expr is not None
        for name, value in _assigned(node, node.expr)
        if name in names
    ]
    given = [_kind(expr) for top in direct for expr in _arms(top)]
    given += [
        "maybe_null" if kind == "null" else kind
        for top in stored
        for kind in map(_kind, _arms(top))
        if kind != "other"
    ]
    forwards = {e.text for top in (*direct, *stored) for e in _arms(top) if _kind(e) == "call"}
    return frozenset(given) - {"call", "name"}, frozenset(forwards)


def _assigned(node: Node, expr: Expr) -> Iterator[tuple[str, Expr]]:
    if node.op is Op.DECLARE:
        yield node.name, expr
        return
    for e in walk(expr):
        if e.kind is K.ASSIGN and e.text == "=" and len(e.kids) == 2 and e.kids[0].kind is K.NAME:
            yield e.kids[0].text, e.kids[1]


def _arms(expr: Expr) -> tuple[Expr, ...]:
    return expr.kids[-2:] if expr.kind is K.CHOICE else (expr,)


def _kind(expr: Expr) -> str:
    if is_nought(expr):
        return "null" if expr.text == "NULL" else "zero"
    if expr.kind is K.CALL:
        of_errors = {"ERR_PTR": "err_ptr", "ERR_CAST": "err_ptr", "PTR_ERR": "errno"}
        return of_errors.get(expr.text, "call")
    if expr.kind is K.UNARY and expr.text == "-" and expr.kids:
        return "minus_one" if expr.kids[0].text == "1" else "errno"
    if expr.kind is K.NAME:
        return "name"
    return "one" if expr.kind is K.NUMBER else "other"


_CONSTANT = re.compile(r"^[A-Z0-9_]+$")


def _given_back(graph: Graph) -> tuple[tuple[Handed, ...], tuple[GivenBack, ...]]:
    """What was handed out, and how it came back, by the text that names it."""
    holds: dict[str, list[Handed]] = {}
    handed: dict[Handed, None] = {}
    back: dict[GivenBack, None] = {}
    for node in graph.nodes:
        if node.expr is None:
            continue
        results = {id(call): where for where, call in stored(node.expr)}
        if node.op is Op.DECLARE and plain_call(node.expr):
            results[id(node.expr)] = node.name
        for call in walk(node.expr):
            if not plain_call(call):
                continue
            releases = may_release(call.text)
            for number, key in _things(call):
                if releases:
                    for one in holds.get(key, ()):
                        if one.acquire != call.text:
                            back[GivenBack(one, call.text, number)] = None
                else:
                    holds.setdefault(key, []).append(Handed(call.text, number))
                    handed[Handed(call.text, number)] = None
            if id(call) in results and not releases:
                holds[results[id(call)]] = [Handed(call.text, -1)]
                handed[Handed(call.text, -1)] = None
    return tuple(handed), tuple(back)


def _things(call: Expr) -> Iterator[tuple[int, str]]:
    """The arguments that name a thing: (number, its text)."""
    for number, kid in enumerate(call.kids):
        if kid.kind in (K.NAME, K.MEMBER, K.ADDRESS, K.INDEX):
            key = object_key(kid)
            if not _CONSTANT.match(key):
                yield number, key
