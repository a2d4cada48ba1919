# SPDX-License-Identifier: GPL-2.0-or-later
"""A call's result is kept in an unsigned variable and then tested for being below 0.

Silent on plain range checks of parameters: only what a call gave on the same path counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import Expr, K, is_nought, last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.state import V
from vreview.analysis.types import is_narrow, is_unsigned, members_of, types_of

RULE = "unsigned-error"
_LONG = frozenset({"long", "ssize_t", "s64", "loff_t", "long long"})
_WIDE = re.compile(r"64|long|size_t|addr_t|sector_t")
_FROM_A_CALL = frozenset({V.RESULT, V.NEGATIVE, V.NONZERO})
_SIGNED_CAST = re.compile(rb"\((?:signed|int|long|short|ssize_t|s(?:8|16|32|64))\)")


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each variable."""
    types = types_of(function.function, function.graph)
    seen: set[str] = set()
    for moment in function.flow.moments:
        if moment.kind is Seen.TEST and moment.expr is not None:
            key, callee = _tested(moment)
            kind = _type(key, types, file) if callee else ""
            if not is_unsigned(kind) or _is_unsigned_call(callee, file) or key in seen:
                continue
            if _SIGNED_CAST.search(file.lines[moment.line - 1]):
                continue
            seen.add(key)
            site = moment.state.values[key].site if key in moment.state.values else moment.line
            yield _hit(function, moment, key, kind, callee, site or moment.line)
        elif moment.kind is Seen.RETURN and _lost_in(function, moment):
            if function.name not in seen:
                seen.add(function.name)
                yield _hit(
                    function,
                    moment,
                    f"{function.name}()",
                    function.function.result,
                    f"-{moment.value.name}" if moment.value else "",
                    moment.line,
                )
        elif moment.kind is Seen.ASSIGN:
            key = _narrowed(moment, types, function.function.result)
            if key and key not in seen and moment.value is not None:
                seen.add(key)
                yield _hit(function, moment, key, types[key], f"-{moment.value.name}", moment.line)


def _tested(moment: Moment) -> tuple[str, str]:
    """The variable or member that is tested ``< 0`` or ``>= 0``, and the call that it came from."""
    expr = moment.expr
    if expr is None or expr.kind is not K.BINARY or expr.text not in ("<", ">=", "<="):
        return "", ""
    left, right = expr.kids
    if not is_nought(right):
        return "", ""
    if left.kind is K.ASSIGN and left.text == "=" and left.kids[1].kind is K.CALL:
        return left.kids[0].key, left.kids[1].text
    known = moment.state.values.get(left.key)
    if known is None or known.kind not in _FROM_A_CALL or not known.name:
        return "", ""
    return (left.key, known.name) if expr.text != "<=" else ("", "")


def _type(key: str, types: dict[str, str], file: FileFacts) -> str:
    if "[" in key:
        return ""
    return members_of(file.masked).get(last_field(key), "") if "->" in key else types.get(key, "")


def _is_unsigned_call(callee: str, file: FileFacts) -> bool:
    summary = file.world.functions.get(callee)
    return summary is not None and is_unsigned(summary.result)


def _lost_in(function: FunctionFacts, moment: Moment) -> bool:
    value = moment.value
    kind = function.function.result
    errno = value is not None and value.kind is V.NEG_ERRNO
    return errno and is_unsigned(kind) and not _WIDE.search(kind)


def _narrowed(moment: Moment, types: dict[str, str], result: str) -> str:
    """The variable of ``u8 ret = -EINVAL``, or of ``u32 ret`` where the result is a long."""
    expr, value = moment.expr, moment.value
    if expr is None or value is None or value.kind is not V.NEG_ERRNO:
        return ""
    target: Expr = expr.kids[0]
    kind = types.get(target.text, "")
    lost = is_narrow(kind) or (result in _LONG and is_unsigned(kind) and not _WIDE.search(kind))
    return target.text if lost else ""


def _hit(
    function: FunctionFacts, moment: Moment, key: str, kind: str, callee: str, site: int
) -> Hit:
    given = callee if callee.startswith("-") else f"{callee}()"
    steps = [HitStep(site, f"`{key}`, {kind}, is given the result of {given}")]
    if moment.kind is Seen.TEST:
        steps.append(HitStep(moment.line, "it is compared with 0, which it cannot be below"))
    return Hit(
        rule=RULE,
        function=function.name,
        line=moment.line,
        subject=key,
        words=(("variable", key), ("type", kind), ("callee", given)),
        steps=tuple(steps),
    )
