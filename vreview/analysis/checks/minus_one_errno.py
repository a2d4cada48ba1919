# SPDX-License-Identifier: GPL-2.0-or-later
"""``return -1`` where callers take the result for an errno: they read it as -EPERM.

Evidence is needed: the function returns -E… elsewhere, or a caller in the file turns a negative
result into an error of its own. Callbacks, searches and comparisons have other conventions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V

RULE = "minus-one-errno"
_OTHER_CONVENTION = re.compile(
    r"cmp|compare|match|iter|walk|find|index|_idx|lookup|search|seek|_id$|_to_|parse|scan|token"
    r"|_map$|read[bwl]?$|getc|_rank|decode|detect|select|choose|slot"
)

_TOLD = re.compile(rb"(^|[^\w-])-1\b")
_ABOVE = 3  # lines from the end of the comment to the function's name
_STATUS = re.compile(r"e?rr(or|no|code)?|ret(val|code)?|rc|res(ult)?|status|rv|r")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each returned -1."""
    if not function.returns_number() or _OTHER_CONVENTION.search(function.name):
        return
    returns = tuple(function.flow.returns())
    head = function.function.first
    if file.comment_matches(_TOLD, head - _ABOVE, head):
        return  # a private answer, by the comment above the function
    if not any(m.value is not None and m.value.kind is V.MINUS_ONE for m in returns):
        return
    mapped = file.mapped(function.name)
    mixed = any(m.value is not None and m.value.kind is V.NEG_ERRNO for m in returns)
    if not mapped and (not mixed or function.name in file.address_taken):
        return
    for moment in returns:
        value = moment.value
        if value is None or value.kind is not V.MINUS_ONE or moment.expr is None:
            continue
        if moment.expr.kind is K.NAME and not _STATUS.fullmatch(moment.expr.text):
            continue  # an index or a count with -1 for "none"
        steps = [*moment.state.steps(6), HitStep(value.site or moment.line, "-1 is returned")]
        if mapped:
            steps.append(
                HitStep(mapped.line, f"{mapped.caller}() treats a negative result as an error")
            )
        failed = moment.state.failed
        yield Hit(
            rule=RULE,
            function=function.name,
            line=value.site or moment.line,
            subject=function.name,
            words=(
                ("function", function.name),
                ("callee", failed.callee if failed is not None else ""),
            ),
            steps=tuple(steps),
            weak=not mixed,
        )
