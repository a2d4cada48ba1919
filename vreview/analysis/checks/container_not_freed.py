# SPDX-License-Identifier: GPL-2.0-or-later
"""A function frees what a structure points to; its caller has already unlinked the structure, and
nobody frees that.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.expr import Expr, K, last_field, walk
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import Op
from vreview.analysis.hit import Hit, HitStep

RULE = "container-not-freed"
_LOADS = frozenset({"rcu_dereference", "rcu_dereference_protected", "READ_ONCE", "xchg"})
_CLEARS = frozenset({"rcu_assign_pointer", "RCU_INIT_POINTER", "WRITE_ONCE"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """At most one hit: the last member that is freed."""
    parameters = function.function.parameters
    for position, name in enumerate(parameters):
        freed = [e for e in _frees(function, file) if _member_of(e, name)]
        if not freed or position in function.summary.releases or not name:
            continue
        if any(_hands_on(e, name, file) for e in function.expressions()):
            continue
        for caller in file.functions:
            slot = _unlinks(caller, function.name, position, file)
            if slot is None:
                continue
            allocated = _allocated(slot[0], file)
            if allocated is None:
                continue
            last = freed[-1]
            yield Hit(
                rule=RULE,
                function=function.name,
                line=last.line,
                subject=f"{name}: {slot[0]}",
                words=(
                    ("pointer", name),
                    ("slot", slot[0]),
                    ("caller", caller.name),
                    ("alloc", allocated[1]),
                ),
                steps=(
                    HitStep(allocated[0], f"{allocated[1]}() makes what `{slot[0]}` points to"),
                    HitStep(slot[1], f"{caller.name}() takes it out of `{slot[0]}`"),
                    HitStep(last.line, f"its members are freed, `{name}` itself is not"),
                ),
            )
            return


def _frees(function: FunctionFacts, file: FileFacts) -> list[Expr]:
    return [
        e
        for e in function.expressions()
        if e.kind is K.CALL
        and e.kids
        and any(p.frees for p in file.knowledge.releases.get(e.text, ()))
    ]


def _member_of(call: Expr, name: str) -> bool:
    return any(kid.kind is K.MEMBER and kid.key.startswith(f"{name}->") for kid in call.kids)


def _hands_on(expr: Expr, name: str, file: FileFacts) -> bool:
    """The pointer itself, or its address as a member (``&p->rcu``), goes somewhere."""
    if expr.kind is not K.CALL or expr.text in file.knowledge.transparent:
        return False
    for kid in expr.kids:
        if kid.kind is K.NAME and kid.text == name:
            return True
        if kid.kind is K.ADDRESS and kid.kids and kid.kids[0].key.startswith(f"{name}->"):
            return True
    return False


def _unlinks(
    caller: FunctionFacts, callee: str, position: int, file: FileFacts
) -> tuple[str, int] | None:
    """The slot out of which the caller took what it hands to ``callee``, and its line."""
    for expr in caller.expressions():
        if expr.kind is not K.CALL or expr.text != callee or position >= len(expr.kids):
            continue
        handed = expr.kids[position].key
        slot = _loaded_from(handed.split("[", 1)[0], caller)
        if not slot or _released(handed, caller, file):
            continue
        line = _cleared(slot, caller)
        if line:
            return slot, line
    return None


def _loaded_from(variable: str, caller: FunctionFacts) -> str:
    for node in caller.graph.nodes:
        value: Expr | None = None
        if node.op is Op.DECLARE and node.name == variable:
            value = node.expr
        elif (
            node.expr is not None
            and node.expr.kind is K.ASSIGN
            and node.expr.kids[0].key.split("[", 1)[0] == variable
        ):
            value = node.expr.kids[1]
        if value is not None and value.kind is K.CALL and value.text in _LOADS and value.kids:
            value = value.kids[0]
        if value is not None and value.kind in (K.MEMBER, K.INDEX) and "->" in value.key:
            return last_field(value.key)
    return ""


def _cleared(slot: str, caller: FunctionFacts) -> int:
    for expr in caller.expressions():
        sets = expr.kind is K.ASSIGN or (expr.kind is K.CALL and expr.text in _CLEARS)
        if not sets or len(expr.kids) != 2 or expr.kids[1].text != "NULL":
            continue
        if last_field(expr.kids[0].key) == slot:
            return expr.line
    return 0


def _released(key: str, caller: FunctionFacts, file: FileFacts) -> bool:
    return any(
        e.kind is K.CALL
        and (e.text in file.knowledge.releases or "free" in e.text)
        and any(kid.key == key for kid in e.kids)
        for e in caller.expressions()
    )


def _allocated(slot: str, file: FileFacts) -> tuple[int, str] | None:
    """A function of the file that puts what it has just allocated into the slot."""
    for function in file.functions:
        made: dict[str, Expr] = {}
        for node in function.graph.nodes:
            expr = node.expr
            if expr is None:
                continue
            source = expr.kids[1] if expr.kind is K.ASSIGN and len(expr.kids) == 2 else expr
            name = node.name if node.op is Op.DECLARE else (expr.kids[0].key if expr.kids else "")
            pairs = file.knowledge.acquires.get(source.text, ()) if source.kind is K.CALL else ()
            if any(p.frees and p.handle is None for p in pairs):
                made[name] = source
                if last_field(name) == slot and "->" in name:
                    return source.line, source.text
            for inner in walk(expr):
                value = _put(inner, slot)
                if value in made:
                    return made[value].line, made[value].text
    return None


def _put(expr: Expr, slot: str) -> str:
    stores = expr.kind is K.ASSIGN or (expr.kind is K.CALL and expr.text in _CLEARS)
    if stores and len(expr.kids) == 2 and last_field(expr.kids[0].key) == slot:
        return expr.kids[1].key or "?"
    return "?"
