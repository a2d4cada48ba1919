# SPDX-License-Identifier: GPL-2.0-or-later
"""Pairs that a function's own calls make by their names, where the knowledge has none.

``x_start(a, 1)`` and ``x_stop(a)`` in one function are a pair on ``a``: same words, opposite verbs,
the same object. Flow-blind; whether the undoing is missing somewhere is for a check to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from vreview.analysis.expr import Expr, K, is_nought, walk
from vreview.analysis.graph import Graph, Op, Way
from vreview.analysis.held import ANY, Custody, Pairs, object_of
from vreview.analysis.knowledge import Failing, Knowledge, Pair
from vreview.analysis.summary import World

_OPPOSITE: dict[str, str] = {
    "init": "exit fini finish uninit deinit cleanup clean release destroy free remove teardown "
    "shutdown unregister kill close put del deinitialize",
    "initialize": "exit uninitialize cleanup release destroy free teardown shutdown deinitialize",
    "alloc": "free release dealloc put destroy",
    "allocate": "free release deallocate destroy",
    "create": "destroy remove delete free release",
    "new": "free destroy put",
    "register": "unregister deregister",
    "add": "remove del delete",
    "request": "free release",
    "enable": "disable",
    "get": "put release unget",
    "open": "close release",
    "start": "stop",
    "map": "unmap",
    "attach": "detach",
    "connect": "disconnect",
    "acquire": "release",
    "setup": "teardown cleanup free release destroy unset shutdown unsetup deinit exit fini",
    "prepare": "unprepare cleanup",
    "load": "unload",
    "bind": "unbind",
    "link": "unlink",
    "install": "uninstall",
    "insert": "remove",
    "pin": "unpin",
    "ref": "unref",
    "hold": "release put",
    "claim": "release",
    "reserve": "release unreserve",
    "populate": "depopulate",
    "on": "off",
    "probe": "remove",
    "grab": "put release drop ungrab",
    "join": "leave",
    "build": "destroy free",
    "import": "release free unimport",
    "export": "unexport",
    "charge": "uncharge",
    "activate": "deactivate",
    "deassert": "assert",
    "powerup": "powerdown",
    "resume": "suspend",
    "subscribe": "unsubscribe",
    "mount": "umount unmount",
    "push": "pop",
    "inc": "dec",
    "wake": "sleep",
}
_INVERSE = {verb: frozenset(words.split()) for verb, words in _OPPOSITE.items()}
_UNDOING = frozenset(word for words in _INVERSE.values() for word in words)
_FLUFF = frozenset(
    "sync async optional exclusive autosuspend suspend noidle wait one single all and "
    "by of mq deferred locked unlocked noresume managed".split()
)
_NEVER = re.compile(
    r"lock|^(devm|list|INIT|atomic|refcount|bit|spin|mutex|trace|min|max|dev|pr)_|^_*(get|put)_user"
)
_WORD = re.compile(r"[a-z]+|[A-Z]+|\d+")


@lru_cache(maxsize=1 << 14)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a function's name."""
    return tuple(_WORD.findall(name))


@lru_cache(maxsize=1 << 14)
def undoes(release: str, acquire: str) -> bool:
    """By its name, ``release`` takes back what ``acquire`` did."""
    if release == acquire:
        return False
    noun, verbs = _parts(acquire, does=True)
    other, undone = _parts(release, does=False)
    if not verbs or noun != other:
        return False
    return any(
        u in _INVERSE[v] or u in ("un" + v, "de" + v, "dis" + v) for v in verbs for u in undone
    )


@lru_cache(maxsize=1 << 14)
def _parts(name: str, *, does: bool) -> tuple[tuple[str, ...], frozenset[str]]:
    """A name without its verbs, and its verbs: those that do, or those that undo."""
    words = [w for w in words_of(name) if w not in _FLUFF]
    verbs = frozenset(w for w in words if w in (_INVERSE if does else _UNDOING))
    return tuple(sorted(w for w in words if w not in verbs)), verbs


def custody_of(graph: Graph, knowledge: Knowledge, world: World) -> Custody:
    """What holds in the function: knowledge, pairs by name, and second names."""
    acquires, releases = _pairs_by_name(graph, knowledge, world)
    return Custody(knowledge, world, graph.locals, acquires, releases, _second_names(graph))


def _pairs_by_name(graph: Graph, knowledge: Knowledge, world: World) -> tuple[Pairs, Pairs]:
    calls = list(_calls(graph))
    undoing = [
        c
        for c, _ in calls
        if not _UNDOING.isdisjoint(words_of(c.text)) and not _NEVER.search(c.text)
    ]
    acquires: dict[str, dict[int | None, set[str]]] = {}
    if not undoing:
        return {}, {}
    for call, target in calls:
        if (
            call.text in knowledge.acquires
            or call.text in knowledge.takes
            or _NEVER.search(call.text)
        ):
            continue
        if _INVERSE.keys().isdisjoint(words_of(call.text)):
            continue
        for undo in undoing:
            if undo.text in knowledge.drops or not undoes(undo.text, call.text):
                continue
            handle = _common(call, target, undo)
            if handle is not _NOTHING:
                acquires.setdefault(call.text, {}).setdefault(handle, set()).add(undo.text)
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


_NOTHING = -9


def _common(call: Expr, target: str, undo: Expr) -> int | None:
    """Which argument of the call (``None``: its result) the undoing call names too."""
    keys = {object_of(kid) for kid in undo.kids} - {"", "NULL"}
    if target and target in keys:
        return None
    if not call.kids and not undo.kids:
        return -1
    for position, kid in enumerate(call.kids):
        key = object_of(kid)
        if key in keys and not is_nought(kid) and "[" not in key:
            return position
    return _NOTHING


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
    for node in graph.nodes:
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
