# SPDX-License-Identifier: GPL-2.0-or-later
"""What an allocation gave is used, and nobody has asked whether it gave anything.

Silent where the file tests the pointer somewhere that this function leads to: in a caller, in a
function that is given it, or under another name.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.assigned import Result, arguments_of, results_in, returned_keys
from vreview.analysis.evaluate import Seen
from vreview.analysis.expr import last_field, names_in, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V
from vreview.analysis.tested import normal

RULE = "unchecked-allocation"
_SHORT = 4
"""So short a member's name may be another struct's."""
_NEVER_FAILS = frozenset({"__GFP_NOFAIL", "GFP_NOFAIL", "SLAB_PANIC", "GFP_NOFS_NOFAIL"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each allocation."""
    if file.is_test:
        return
    made = [r for r in results_in(function.graph) if r.call.text in file.knowledge.allocates]
    seen: set[int] = set()
    for result in made:
        if result.call.line in seen or _NEVER_FAILS & names_in(result.call):
            continue
        null, error = function.tested.of(result.key)
        line = 0
        if null or error:
            line = _used_before_test(function, result)
        elif not _elsewhere(function, file, result):
            line = _first_use(function, result)
        if line:
            seen.add(result.call.line)
            yield _hit(function, result, line, tested=null or error)


def _hit(function: FunctionFacts, result: Result, line: int, *, tested: bool) -> Hit:
    call, key = result.call, result.key
    use = "before it is tested" if tested else "and no test for NULL is on the way"
    kept = line == call.line and not tested
    last = (
        f"`{key}` is kept, and nothing in view tests it" if kept else f"`{key}` is used here, {use}"
    )
    return Hit(
        rule=RULE,
        function=function.name,
        line=call.line,
        subject=f"{call.text}: {key}",
        words=(("callee", call.text), ("pointer", key)),
        steps=(
            HitStep(call.line, f"`{key}` is what {call.text}() gives: NULL when it fails"),
            HitStep(line, last),
        ),
        weak=kept,
    )


def _used_before_test(function: FunctionFacts, result: Result) -> int:
    """The line on which some path goes through the pointer untested, or 0."""
    if not function.tested.same(result.key).isdisjoint(function.tested.asserted):
        return 0
    for moment in function.flow.moments:
        value = moment.value
        if (
            moment.kind is Seen.DEREF
            and value is not None
            and value.kind is V.RESULT
            and (value.name, value.site) == (result.call.text, result.call.line)
            and moment.expr is not None
            and moment.expr.key == result.key
            and function.tested.same(result.key) == {normal(result.key)}
        ):
            return moment.line
    return 0


def _first_use(function: FunctionFacts, result: Result) -> int:
    """The line of the first use after the allocation; for a member, the allocation itself."""
    key, after = normal(result.key), result.call.line
    lines = []
    for node in function.graph.nodes:
        if node.expr is None:
            continue
        for expr in walk(node.expr):
            if expr.key and expr.line >= after and expr is not result.call:
                text = normal(expr.key)
                if text.startswith(key) and text != key and text[len(key)] in "-[":
                    lines.append(expr.line)
    releases = function.knowledge.releases
    if any(
        call.text in function.knowledge.refuses_null and call.line >= after
        for call, _ in arguments_of(function.graph, result.key)
    ):
        return 0
    lines += [
        call.line
        for call, _ in arguments_of(function.graph, result.key)
        if call.line >= after and call is not result.call and call.text not in releases
    ]
    if lines:
        return min(lines)
    return after if "->" in result.key else 0


def _elsewhere(function: FunctionFacts, file: FileFacts, result: Result) -> bool:
    """Somebody else tests it: the caller, who gets it; a callee; or a sharer of the member."""
    same = function.tested.same(result.key)
    if not same.isdisjoint(returned_keys(function.graph)):
        return True
    if result.key.startswith("*"):
        return True
    member = last_field(result.key) if not result.key.isidentifier() else ""
    facts = {f.name: f for f in file.functions}
    for other in file.functions if member else ():
        tests = other is not function and any(last_field(k) == member for k in other.tested.null)
        related = function.name in {c.call for c in other.summary.calls} or other.name in {
            c.call for c in function.summary.calls
        }
        if tests and (related or len(member) > _SHORT):
            return True
    for key in same:
        for call, position in arguments_of(function.graph, key):
            callee = facts.get(call.text)
            if callee is None or position >= len(callee.function.parameters):
                continue
            if callee.tested.of(callee.function.parameters[position])[0]:
                return True
    return False
