# SPDX-License-Identifier: GPL-2.0-or-later
"""One function counts up and its partner counts down, each only where a test of changeable state
holds: when that state changes in between, the counter never comes back to nought.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep

RULE = "unbalanced-count"
_UP = re.compile(r"(start|begin|enter|open|get|inc|lock|suspend|disable)", re.IGNORECASE)
_DOWN = re.compile(r"(end|finish|exit|leave|close|put|dec|unlock|resume|enable|stop|done)", re.I)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each counter that this function takes down so."""
    if not _DOWN.search(function.name):
        return
    for down in _counts(function, "--"):
        for other in file.functions:
            if other is function or not _UP.search(other.name):
                continue
            up = next((u for u in _counts(other, "++") if _field(u) == _field(down)), None)
            test = _shared_test(function, down, other, up) if up is not None else None
            if up is None or test is None:
                continue
            writer = _writer(test, function, other, file)
            if writer is None:
                continue
            field, who, line = writer
            counter = _field(down)
            yield Hit(
                rule=RULE,
                function=function.name,
                line=down.line,
                subject=f"{counter}: {test}",
                words=(
                    ("counter", counter),
                    ("test", test),
                    ("partner", other.name),
                    ("field", field),
                    ("writer", who),
                ),
                steps=(
                    HitStep(up.line, f"{other.name}() counts {counter} up if {test}() says so"),
                    HitStep(line, f"{who}() changes {field}, which {test}() reads"),
                    HitStep(down.line, f"{counter} goes down only if {test}() still says so"),
                ),
            )
            return


def _counts(function: FunctionFacts, sign: str) -> list[Expr]:
    return [
        e
        for e in function.expressions()
        if e.kind is K.UPDATE and e.text == sign and e.kids and e.kids[0].kind is K.MEMBER
    ]


def _field(update: Expr) -> str:
    return update.kids[0].text


def _tests(function: FunctionFacts, before: Expr) -> set[str]:
    return {
        node.expr.text
        for node in function.graph.nodes
        if node.op is Op.BRANCH
        and node.expr is not None
        and node.expr.kind is K.CALL
        and node.line < before.line
    }


def _shared_test(one: FunctionFacts, down: Expr, other: FunctionFacts, up: Expr) -> str | None:
    return min(_tests(one, down) & _tests(other, up), default=None)


def _writer(
    test: str, one: FunctionFacts, other: FunctionFacts, file: FileFacts
) -> tuple[str, str, int] | None:
    """A third function that assigns to a member which the test reads."""
    tested = next((f for f in file.functions if f.name == test), None)
    if tested is None:
        return None
    read = {e.text for e in tested.expressions() if e.kind is K.MEMBER}
    for third in file.functions:
        if third in (one, other, tested):
            continue
        for expr in third.expressions():
            target = expr.kids[0] if expr.kind is K.ASSIGN and expr.kids else None
            if target is not None and target.kind is K.MEMBER and target.text in read:
                return target.text, third.name, expr.line
    return None
