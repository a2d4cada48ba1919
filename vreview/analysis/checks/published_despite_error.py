# SPDX-License-Identifier: GPL-2.0-or-later
"""A step that makes something take effect runs although the result that the function is about to
return has not been looked at: it runs after a failure too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "published-despite-error"
_PUBLISHES = re.compile(r"(^|_)(setup|set_up|register|publish|activate|commit|install)(_|$)")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such call."""
    if not function.returns_number():
        return
    returned = {
        m.value.site: m
        for m in function.flow.returns()
        if m.value is not None and m.value.kind is V.RESULT and m.expr is not None
    }
    if not returned:
        return
    alone = _statements(function)
    said: set[int] = set()
    for moment in function.flow.calls():
        call = moment.expr
        if call is None or (call.line, call.text) not in alone or not _PUBLISHES.search(call.text):
            continue
        name, callee, site = _untested(moment, returned, file)
        if not name or call.line in said:
            continue
        said.add(call.line)
        yield Hit(
            rule=RULE,
            function=function.name,
            line=call.line,
            subject=call.text,
            words=(("call", call.text), ("callee", callee), ("variable", name)),
            steps=(
                HitStep(site, f"`{name}` is the result of {callee}()"),
                HitStep(call.line, f"{call.text}() is called without a look at `{name}`"),
                HitStep(returned[site].line, f"`{name}` is returned"),
            ),
        )


def _statements(function: FunctionFacts) -> set[tuple[int, str]]:
    """Calls that stand alone: their own result, if any, is nobody's concern."""
    return {
        (node.line, node.expr.text)
        for node in function.graph.nodes
        if node.op is Op.EVAL and node.expr is not None and node.expr.kind is K.CALL
    }


def _untested(moment: Moment, returned: dict[int, Moment], file: FileFacts) -> tuple[str, str, int]:
    for name, value in moment.state.values.items():
        if value.kind is not V.RESULT or value.site not in returned or value.site >= moment.line:
            continue
        if file.world.errnos_of(value.name) or value.name in file.knowledge.errno_calls:
            return name, value.name, value.site
    return "", "", 0
