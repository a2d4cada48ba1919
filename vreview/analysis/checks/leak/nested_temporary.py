# SPDX-License-Identifier: GPL-2.0-or-later
"""A lookup that takes a reference stands where only a call or a test sees its result.

Nobody can drop that reference afterwards. Silent where the call is one that takes it over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.expr import Expr, K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.knowledge import Pair

RULE = "nested-temporary"
_MEANT = re.compile(r"(^|_)get$|^get_|^d?get_|_ref$|^igrab$|^skb_|^dget")
_TAKES_OVER = re.compile(
    r"^to_|_to_|container_of|ERR_CAST|_put$|^put_|free|release|unregister|destroy"
)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such lookup."""
    for node in function.graph.nodes:
        if node.op is Op.BRANCH and node.expr is not None and node.expr.kind is K.CALL:
            pair = _reference(node.expr, file)
            if pair is not None:
                yield _hit(function, node.expr, "a test", pair)
    for expr in function.expressions():
        if expr.kind is not K.CALL:
            continue
        for position, kid in enumerate(expr.kids):
            pair = _reference(kid, file) if kid.kind is K.CALL else None
            if pair is not None and not _takes_over(expr, position, pair, file):
                yield _hit(function, kid, f"{expr.text}()", pair)


def _reference(call: Expr, file: FileFacts) -> Pair | None:
    for pair in file.knowledge.acquires.get(call.text, ()):
        if pair.kind == "reference" and pair.borrowed and pair.handle is None:
            return None if _MEANT.search(call.text) else pair
    return None


def _takes_over(outer: Expr, position: int, pair: Pair, file: FileFacts) -> bool:
    own = file.knowledge.releases.get(outer.text, ())
    if any(p.name == pair.name and p.release_arg == position for p in own):
        return True
    summary = file.world.functions.get(outer.text)
    if summary is not None and position in summary.releases:
        return True
    known = file.knowledge.undoes.get(pair.name, frozenset())
    if outer.text in known:
        return True
    return _TAKES_OVER.search(outer.text) is not None and pair.name != "debugfs lookup"


def _hit(function: FunctionFacts, call: Expr, where: str, pair: Pair) -> Hit:
    release = min(pair.releases, key=lambda name: (len(name), name))
    return Hit(
        rule=RULE,
        function=function.name,
        line=call.line,
        subject=f"{call.text}: {where}",
        words=(("acquire", call.text), ("where", where), ("release", release)),
        steps=(HitStep(call.line, f"only {where} sees the reference that {call.text}() takes"),),
    )
