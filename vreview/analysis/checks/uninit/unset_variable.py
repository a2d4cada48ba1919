# SPDX-License-Identifier: GPL-2.0-or-later
"""A variable is read on a path on which nothing was assigned to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.exits import contradicts
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.tested import ERROR_TESTS
from vreview.analysis.unset import Left, Unset, Why

RULE = "unset-variable"
_SILENT = frozenset({Why.GUARDED, Why.LOOP, Why.SWITCH})
_WEAK = frozenset({Why.CHAIN, Why.WALK, Why.COUNT, Why.ROUNDS})
_BECAUSE = {
    Why.CHAIN: ", where none of the alternatives before was true",
    Why.CASE: ", after a case that does not set it",
    Why.WALK: ", after a walk over what may be empty",
    Why.ROUNDS: ", after a loop of which no round may have set it",
    Why.COUNT: ", after a loop that may have had no round",
    Why.IF: ", and the branch that sets it was not taken",
}
_ELSEWHERE = frozenset({Why.IF, Why.CASE, Why.CHAIN, Why.ROUNDS})
_MACRO = re.compile(
    r"save|flags|each|poll|get_user|rdmsr|rdpmc|cpuid|^va_|walk|xchg|[A-Z]{3}|safe|iter|read|wait_event"
    r"|^swap$|unaligned|_irq|asm|lock|->|^get_|^mt?f|^store"
)
_DIRECTIVE = re.compile(rb"\s*#\s*(if|el|endif)")
_DEFINE = re.compile(rb"\s*#\s*define\b")
_PRINTS = re.compile(
    r"^(dev|pr|netdev|netif|drm|DRM|v4l2|wiphy|pci)_(\w+_)?(err|warn|info|notice|crit|dbg|debug)"
)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each variable: the read for which the reason is best known."""
    reads = [m for m in function.flow.moments if m.kind is Seen.READ]
    if not reads or file.is_test:
        return
    unset = Unset(function.graph)
    best: dict[str, tuple[Moment, Left]] = {}
    for moment in reads:
        if moment.expr is None or moment.state.blind or contradicts(moment.state):
            continue
        name = moment.expr.text
        left = unset.left_out(moment, name)
        if left is None or left.why in _SILENT or not _reads(moment, left, file):
            continue
        if name not in best or left.why.value < best[name][1].why.value:
            best[name] = moment, left
    for name, (moment, left) in sorted(best.items()):
        site = moment.value.site if moment.value is not None else moment.line
        if _in_a_macro(name, file.lines) or _hidden(name, function):
            continue
        if any(map(_DIRECTIVE.match, file.lines[site - 1 : moment.line])):
            continue
        steps = [s for s in moment.state.steps() if s.line > site]
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=name,
            words=(("variable", name), ("function", function.name)),
            steps=(
                HitStep(site, f"`{name}` is declared without a value"),
                *steps,
                HitStep(moment.line, f"`{name}` is read here{_BECAUSE.get(left.why, '')}"),
            ),
            weak=left.why in _WEAK,
        )


def _hidden(name: str, function: FunctionFacts) -> bool:
    """Two variables of the function have this name, or a parameter has it as well."""
    declared = sum(n.op is Op.DECLARE and n.name == name for n in function.graph.nodes)
    return declared > 1 or (declared > 0 and name in function.function.parameters)


def _in_a_macro(name: str, lines: tuple[bytes, ...]) -> bool:
    """A macro of the file assigns to a variable of this name: where it stands is not seen."""
    sets = re.compile(rb"\b" + re.escape(name.encode()) + rb"\s*=[^=]")
    inside = False
    for line in lines:
        inside = inside or _DEFINE.match(line) is not None
        if inside and sets.search(line):
            return True
        inside = inside and line.rstrip().endswith(b"\\")
    return False


def _reads(moment: Moment, left: Left, file: FileFacts) -> bool:
    """The read is one: not an argument of what may be a macro that sets it. Where nothing else
    sets the variable, only calls that are known are functions."""
    callee = moment.value.name if moment.value is not None else ""
    if not callee:
        return True
    knowledge = file.knowledge
    known = (
        callee in file.world.functions
        or callee in knowledge.releases
        or callee in knowledge.reads_through
        or callee in knowledge.null_pointer
        or callee in ERROR_TESTS
        or callee == "ERR_PTR"
        or _PRINTS.match(callee) is not None
    )
    return known or (left.why in _ELSEWHERE and _MACRO.search(callee) is None)
