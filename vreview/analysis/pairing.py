# SPDX-License-Identifier: GPL-2.0-or-later
"""Pairs that a function's own calls make by their names, where the knowledge has none.

``x_start(a, 1)`` and ``x_stop(a)`` in one function are a pair on ``a``: same words, opposite verbs,
the same object. Flow-blind; whether the undoing is missing somewhere is for a check to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.custody import ANY, Custody, Elsewhere, Pairs
from vreview.analysis.expr import Expr, K, is_nought, last_field, walk
from vreview.analysis.graph import Graph, Op, Way
from vreview.analysis.held import object_of
from vreview.analysis.knowledge import Failing, Knowledge, Pair
from vreview.analysis.summary import World
from vreview.analysis.verbs import (
    does,
    ends,
    may_give,
    shares_a_noun,
    takes_back,
    undoes,
    whole,
    words_of,
)

_NEVER = re.compile(
    r"lock|^(devm|list|INIT|atomic|refcount|bit|spin|mutex|trace|min|max|dev|pr|perf|sg_miter|xa|idr)_"
    r"|^(rhashtable|rhltable|radix_tree|hash|rb|llist|hlist|bitmap)_|^_*(get|put)_user|(^|_)(may|can|is|has|should|security|check|validate|wait)_|_wait(_|$)|unaligned"
)


def custody_of(graph: Graph, knowledge: Knowledge, world: World) -> Custody:
    """What holds in the function: knowledge, pairs by name, second names, and its counterparts."""
    others = tuple(_counterparts(graph.name, world))
    acquires, releases = _pairs_by_name(graph, knowledge, world, others)
    same = _second_names(graph)
    return Custody(knowledge, world, graph.locals, acquires, releases, same, others)


def _counterparts(name: str, world: World) -> Iterator[Elsewhere]:
    """What the function that takes back the whole of this one does to that end."""
    own = world.functions.get(name) if whole(name) else None
    for other in world.functions.own if own is not None else ():
        if own is not None and other.path == own.path and undoes(other.name, name):
            for step in other.undoing:
                yield Elsewhere(other.name, step)


def _pairs_by_name(
    graph: Graph, knowledge: Knowledge, world: World, others: tuple[Elsewhere, ...]
) -> tuple[Pairs, Pairs]:
    calls = list(_calls(graph))
    undoing = {
        (c.text, tuple(object_of(kid) for kid in c.kids)): ""
        for c, _ in calls
        if ends(c.text) and not _NEVER.search(c.text)
    }
    for other in others:
        if not _NEVER.search(other.step.call):
            undoing.setdefault((other.step.call, other.step.keys), other.function)
    if not undoing:
        return {}, {}
    first = _first_lines(calls)
    acquires: dict[str, dict[int | None, set[str]]] = {}
    for call, target in calls:
        known = call.text in knowledge.acquires or call.text in knowledge.takes
        if known or _NEVER.search(call.text) or not (does(call.text) or may_give(call.text)):
            continue
        if _only_fills(call.text, knowledge, world):
            continue
        for (undo, keys), elsewhere in undoing.items():
            if undo in knowledge.drops or first.get(undo, call.line) < first[call.text]:
                continue  # what it takes back was there before
            if any(undoes(undo, name) and _adds(name, call.text) for name in first):
                continue
            handle = _common(call, target, undo, keys, elsewhere=bool(elsewhere))
            if handle is not _NOTHING:
                acquires.setdefault(call.text, {}).setdefault(handle, set()).add(undo)
    found: dict[str, tuple[Pair, ...]] = {}
    by_release: dict[str, tuple[Pair, ...]] = {}
    for name, handles in acquires.items():
        handle = min(handles, key=lambda h: (h is not None, h if h is not None else -1))
        pair = Pair(
            name=f"{name}()",
            acquire=frozenset({name}),
            releases=frozenset(handles[handle]),
            handle=handle,
            release_arg=ANY,
            failure="errptr" if handle is None else _failure(name, graph, world),
            frees=False,
            kind="named",
        )
        found[name] = (pair,)
        for release in pair.releases:
            by_release[release] = (*by_release.get(release, ()), pair)
    return found, by_release


def _only_fills(name: str, knowledge: Knowledge, world: World) -> bool:
    """An init in view that calls nobody who could take anything."""
    summary = world.functions.get(name)
    if summary is None or _INITS.isdisjoint(words_of(name)):
        return False
    return all(c.call in knowledge.borrowers or c.call.isupper() for c in summary.calls)


def _first_lines(calls: list[tuple[Expr, str]]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for call, _ in calls:
        lines[call.text] = min(call.line, lines.get(call.text, call.line))
    return lines


def _adds(name: str, init: str) -> bool:
    """``init`` only prepares what ``name`` adds: ``x_init()``, ``x_add()``, ``x_remove()``."""
    return not _INITS.isdisjoint(words_of(init)) and not _ADDS.isdisjoint(words_of(name))


_ADDS = frozenset({"add", "register", "attach", "insert", "enable", "start"})
_INITS = frozenset({"init", "initialize", "setup", "prepare", "fill"})
_NOTHING = -9


def _common(
    call: Expr, target: str, undo: str, keys: tuple[str, ...], *, elsewhere: bool
) -> int | None:
    """Which argument of the call (``None``: its result) the undoing call names too."""
    opposite = undoes(undo, call.text)
    named = _fields(keys) if elsewhere else set(keys) - {"", "NULL"}
    if target and (last_field(target) if elsewhere else target) in named:
        given = (
            may_give(call.text)
            and takes_back(undo, call.text)
            and not elsewhere
            and keys[0] == target
            and shares_a_noun(undo, call.text)
        )
        return None if opposite or given else _NOTHING
    if not opposite:
        return _NOTHING
    if not call.kids and not keys:
        return -1
    for position, kid in enumerate(call.kids):
        key = object_of(kid)
        if key.isupper() or not key or "[" in key or is_nought(kid):
            continue
        if (last_field(key) if elsewhere else key) in named:
            return position
    return _NOTHING


def _fields(keys: tuple[str, ...]) -> set[str]:
    return {last_field(key) for key in keys} - {"", "NULL"}


def _calls(graph: Graph) -> Iterator[tuple[Expr, str]]:
    """Every call, and what its result is assigned to."""
    for node in graph.nodes:
        if node.expr is None:
            continue
        given: dict[int, str] = {}
        if node.op is Op.DECLARE and node.expr.kind is K.CALL:
            given[id(node.expr)] = node.name
        for expr in walk(node.expr):
            if expr.kind is K.ASSIGN and expr.text == "=" and expr.kids[1].kind is K.CALL:
                given[id(expr.kids[1])] = expr.kids[0].key
        for expr in walk(node.expr):
            if expr.kind is K.CALL and expr.text.isidentifier():
                yield expr, given.get(id(expr), "")


def _failure(name: str, graph: Graph, world: World) -> Failing:
    """By which result the function sees that the call has failed."""
    summary = world.functions.get(name)
    if summary is not None and "void" in summary.result.split() and "*" not in summary.result:
        return "never"
    if summary is not None and "bool" in summary.result.split():
        return "null"
    kept = {target for call, target in _calls(graph) if call.text == name and target}
    for node in graph.nodes:
        if node.op is Op.DECLARE and node.name in kept and "*" in node.type:
            return "errptr"
        if node.expr is None or node.expr.kind is not K.CALL or node.expr.text != name:
            continue
        if node.op is Op.EVAL:
            return "never"
        if node.op is Op.BRANCH:
            leaves = {arc.way: _leaves(graph, arc.target) for arc in node.arcs}
            if leaves.get(Way.FALSE) and not leaves.get(Way.TRUE):
                return "null"
    return "nonzero"


def _leaves(graph: Graph, index: int) -> bool:
    """From here straight to a goto or a return."""
    for _ in range(6):
        node = graph.nodes[index]
        if node.op in (Op.RETURN, Op.GOTO):
            return True
        if len(node.arcs) != 1 or node.op not in (Op.EVAL, Op.DECLARE):
            return False
        index = node.arcs[0].target
    return False


def _second_names(graph: Graph) -> dict[str, str]:
    """What is only ever given one value, and that a name: ``dev = &pdev->dev``."""
    given: dict[str, list[Expr]] = {}
    for node in graph.nodes:
        if node.op is Op.DECLARE and node.expr is not None:
            given.setdefault(node.name, []).append(node.expr)
        for expr in walk(node.expr) if node.expr is not None else ():
            if expr.kind in (K.ASSIGN, K.UPDATE) and expr.kids and expr.kids[0].key:
                given.setdefault(expr.kids[0].key, []).append(expr.kids[-1])
            elif expr.kind is K.CALL:
                for kid in expr.kids:
                    if kid.kind is K.ADDRESS and kid.kids and kid.kids[0].kind is K.NAME:
                        given.setdefault(kid.kids[0].text, []).append(kid)
    same: dict[str, str] = {}
    for name, sources in given.items():
        source = sources[0]
        first = object_of(source)
        if len(sources) != 1 or "[" in name or "[" in first or not first or first == name:
            continue
        if source.kind is K.NAME and (first.isupper() or len(given.get(first, ())) > 1):
            continue
        if source.kind is K.MEMBER and (first in given or name not in graph.locals):
            continue
        if source.kind in (K.ADDRESS, K.NAME, K.MEMBER):
            same[name] = first
    for name in list(same):
        for _ in range(3):
            root = root_name_of(same[name])
            if same[name] in same and same[same[name]] != name:
                same[name] = same[same[name]]
            elif root in same and root != name and root_name_of(same[root]) != root:
                same[name] = same[root] + same[name][len(root) :]
    return same


def root_name_of(key: str) -> str:
    """The variable that a key starts with."""
    found = re.match(r"\w+", key)
    return found.group() if found else ""
