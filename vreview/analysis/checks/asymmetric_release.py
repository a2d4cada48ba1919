# SPDX-License-Identifier: GPL-2.0-or-later
"""What was acquired in one go, or through one family, goes back one by one or through another.

Counting is not attempted: only the mechanism is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, last_field, names_in, root_name, walk
from vreview.analysis.facts import Acquired, FileFacts, FunctionFacts, array_of
from vreview.analysis.graph import Graph, Op, Way
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.summary import Found

RULE = "asymmetric-release"
_GIVES_BACK = re.compile(r"(^|_)(put|unpin)(_|$)")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """Foreign releases, loops where the same array also goes back at once, and counted loops."""
    yield from _foreign(function, file)
    yield from _mixed(function, file)
    yield from _counted(function, file)


def _foreign(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """Given back by another family's call; members are followed from function to function."""
    if not file.acquired:
        return
    for expr in function.expressions():
        if expr.kind is not K.CALL or not expr.kids:
            continue
        sources = _sources(array_of(expr.kids[0]), function, file)
        if not sources or not all(expr.text in source.pair.foreign for source in sources):
            continue
        source = sources[0]
        yield _hit(
            function,
            source,
            expr,
            inverse=min(source.pair.bulk),
            last=f"{expr.text}() gives it back: not the inverse",
        )


def _sources(array: str, function: FunctionFacts, file: FileFacts) -> list[Acquired]:
    own = [s for s in file.acquired if s.function == function.name and s.array == array]
    if own or "->" not in array:
        return own
    field = last_field(array)
    return [s for s in file.acquired if "->" in s.array and last_field(s.array) == field]


def _mixed(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """The same function gives the same array back at once on one path and singly on another."""
    for source in file.acquired:
        if source.function != function.name:
            continue
        calls = [
            e
            for e in function.expressions()
            if e.kind is K.CALL and e.kids and array_of(e.kids[0]) == source.array
        ]
        bulk = next((e for e in calls if e.text in source.pair.bulk), None)
        for expr in calls if bulk is not None else ():
            if bulk is not None and expr.text in source.pair.single:
                yield _hit(
                    function,
                    source,
                    expr,
                    inverse=bulk.text,
                    last=f"one by one here; {bulk.text}() on line {bulk.line} does it at once",
                    weak=True,
                )


def _hit(
    function: FunctionFacts,
    source: Acquired,
    release: Expr,
    *,
    inverse: str,
    last: str,
    weak: bool = False,
) -> Hit:
    call = source.call
    return Hit(
        rule=RULE,
        function=function.name,
        line=release.line,
        subject=f"{call.text}: {release.text}",
        words=(("acquire", call.text), ("release", release.text), ("inverse", inverse)),
        steps=(
            HitStep(call.line, f"{source.function}() gets `{source.array}` with {call.text}()"),
            HitStep(release.line, last),
        ),
        weak=weak,
    )


def _counted(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """``n = take_many(); for (; n; n--) put_one();``: the counterpart of the count is not used."""
    if not any(summary.counts for summary in file.world.functions.values()):
        return
    counts: dict[str, tuple[Expr, Found]] = {}
    for name, source in _results(function):
        found = file.world.find(source.text, lambda summary: summary.counts, deepest=3)
        if found is not None:
            counts[name] = (source, found)
    for name, (source, found) in counts.items():
        for release in _released_in_loop(function.graph, name, file):
            yield Hit(
                rule=RULE,
                function=function.name,
                line=release.line,
                subject=f"{source.text}: {release.text}",
                words=(
                    ("acquire", source.text),
                    ("release", release.text),
                    ("inverse", _inverse(found, file)),
                ),
                steps=(
                    HitStep(
                        source.line,
                        f"`{name}` references are taken at once: {source.text}() uses "
                        f"{found.fact.call}()",
                    ),
                    HitStep(release.line, f"{release.text}() drops them one by one"),
                ),
            )


def _results(function: FunctionFacts) -> Iterator[tuple[str, Expr]]:
    """Variables and the calls whose results they are given."""
    for node in function.graph.nodes:
        if node.op is Op.DECLARE and node.expr is not None and node.expr.kind is K.CALL:
            yield node.name, node.expr
    for expr in function.expressions():
        if expr.kind is K.ASSIGN and expr.kids[0].kind is K.NAME and expr.kids[1].kind is K.CALL:
            yield expr.kids[0].text, expr.kids[1]


def _inverse(found: Found, file: FileFacts) -> str:
    for pair in file.knowledge.count_pairs:
        if found.fact.call in pair.acquire:
            return min(pair.bulk)
    return ""


def _released_in_loop(graph: Graph, name: str, file: FileFacts) -> Iterator[Expr]:
    singles = {n for pair in file.knowledge.count_pairs for n in pair.single}
    for index, node in enumerate(graph.nodes):
        if node.op is not Op.BRANCH or node.expr is None or name not in names_in(node.expr):
            continue
        for inner in sorted(_loop_body(graph, index)):
            expr = graph.nodes[inner].expr
            for call in walk(expr) if expr is not None else ():
                if (
                    call.kind is K.CALL
                    and (call.text in singles or _GIVES_BACK.search(call.text))
                    and not any(call.text in p.bulk for p in file.knowledge.count_pairs)
                ):
                    given = {root_name(kid) for kid in call.kids} | set(names_in(call))
                    if name not in given:
                        yield call


def _loop_body(graph: Graph, branch: int) -> set[int]:
    """Nodes on a way from the branch's true side back to the branch, by the shortest loop only."""
    forward: set[int] = set()
    todo = [arc.target for arc in graph.nodes[branch].arcs if arc.way is Way.TRUE]
    while todo:
        index = todo.pop()
        if index in forward or index == branch or graph.nodes[index].op is Op.HOLE:
            continue
        forward.add(index)
        todo.extend(arc.target for arc in graph.nodes[index].arcs)
    before: dict[int, list[int]] = {}
    for index in forward:
        for arc in graph.nodes[index].arcs:
            before.setdefault(arc.target, []).append(index)
    backward: set[int] = set()
    todo = list(before.get(branch, ()))
    while todo:
        index = todo.pop()
        if index in backward:
            continue
        backward.add(index)
        todo.extend(before.get(index, ()))
    return backward
