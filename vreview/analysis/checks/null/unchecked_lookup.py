# SPDX-License-Identifier: GPL-2.0-or-later
"""What a lookup found is used, and nobody has asked whether it found anything.

Lookups are those of the knowledge, and functions of the file that give NULL on some path, where
most of their callers in the file test it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.assigned import arguments_of, results_in
from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import Expr
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V, Value
from vreview.analysis.tested import normal

RULE = "unchecked-lookup"
_TEARDOWN = re.compile(
    r"(^|_)(remove|exit|release|shutdown|cleanup|unregister|disconnect|unbind)(_|$)"
)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each lookup."""
    seen: set[tuple[str, int]] = set()
    for moment in function.flow.moments:
        for expr, value in _gone_through(moment, file):
            if value is None or value.kind is not V.RESULT or (value.name, value.site) in seen:
                continue
            weak = _doubt(file, value)
            if _TEARDOWN.search(function.name) and file.callers_test.get(value.name, (0, 0))[0]:
                continue  # what was found when it was set up
            if weak is None or _known_elsewhere(function, expr.key, value, moment.line):
                continue
            seen.add((value.name, value.site))
            pointer = expr.key or f"{value.name}()"
            yield Hit(
                rule=RULE,
                function=function.name,
                line=moment.line,
                subject=f"{value.name}: {expr.key}" if expr.key else value.name,
                words=(("callee", value.name), ("pointer", pointer)),
                steps=(
                    HitStep(value.site, f"{value.name}() gives NULL where it finds nothing"),
                    *(s for s in moment.state.steps() if value.site < s.line < moment.line),
                    HitStep(moment.line, f"`{pointer}` is gone through, not tested on this path"),
                ),
                weak=weak,
            )


def _gone_through(moment: Moment, file: FileFacts) -> Iterator[tuple[Expr, Value | None]]:
    """The pointers that are read through here, with their values."""
    expr = moment.expr
    if expr is None:
        return
    if moment.kind is Seen.DEREF:
        yield expr, moment.value
    elif moment.kind is Seen.CALL and expr.kids:
        if expr.text in file.knowledge.reads_through:
            yield expr.kids[0], moment.values[0]
        for position in file.reads_argument.get(expr.text, ()):
            if position < len(expr.kids):
                yield expr.kids[position], moment.values[position]


def _doubt(file: FileFacts, value: Value) -> bool | None:
    """Is the hit weak; ``None`` where there is none."""
    if value.name in file.knowledge.looks_up:
        return False
    convention = file.conventions.of(value.name)
    if not convention.own or not convention.null or convention.error:
        return None
    tested, trusted = file.callers_test.get(value.name, (0, 0))
    return True if tested > 1 and tested > trusted else None


def _known_elsewhere(function: FunctionFacts, key: str, value: Value, line: int) -> bool:
    """A copy of it is tested; it is asserted; a call before refuses NULL; or it is a second try."""
    if not key:
        return False
    same = function.tested.same(key)
    if not (same - {normal(key)}).isdisjoint(function.tested.null):
        return True
    if not same.isdisjoint(function.tested.asserted):
        return True
    refuses = function.knowledge.refuses_null
    if any(c.text in refuses and c.line < line for c, _ in arguments_of(function.graph, key)):
        return True
    tries = [r for r in results_in(function.graph) if r.key == key and r.call.text == value.name]
    return len(tries) > 1 and tries[0].call.line < value.site and function.tested.of(key)[0]
