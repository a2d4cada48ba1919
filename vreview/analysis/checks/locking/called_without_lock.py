# SPDX-License-Identifier: GPL-2.0-or-later
"""A call that must be made under a lock is made without, below a callback that is called so.

Which calls, and which callbacks, is the knowledge's to say (``needs`` in locks.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.contexts import reached
from vreview.analysis.expr import last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.knowledge import Need
from vreview.analysis.locks import UNSURE
from vreview.analysis.state import State

RULE = "called-without-lock"
_ENTRY = "entry"
_STARTS_OR_ENDS = re.compile(
    r"(^|_)(init|probe|attach|setup|alloc|create|register|remove|exit|cleanup|fini|destroy|free)(_|$|\d)"
)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such call."""
    needs = file.knowledge.needs
    if not any(c.call in needs for c in function.summary.calls) or _locks_unknown(function, file):
        return
    told: set[str] = set()
    for moment in function.flow.calls():
        call = moment.expr
        need = needs.get(call.text) if call is not None else None
        if call is None or need is None or call.text in told or moment.state.blind:
            continue
        if _met(moment.state, need):
            continue
        way = _way(function, need, file)
        if way is None:
            continue
        told.add(call.text)
        yield Hit(
            rule=RULE,
            function=function.name,
            line=moment.line,
            subject=call.text,
            words=(("call", call.text), ("need", need.what), ("origin", way[0].text)),
            steps=(*way, HitStep(moment.line, f"{call.text}() needs {need.what}")),
        )


def _met(state: State, need: Need) -> bool:
    if UNSURE in state.shed.values() or (need.bh and state.quiet):
        return True
    return any(
        (h.family in need.families and need.member in ("", last_field(h.key)))
        or h.family.endswith("()")
        or (need.word and need.word in h.family + h.call)
        or (need.bh and h.call.endswith(("_bh", "_irq", "_irqsave")))
        for h in state.locks
    )


def _way(function: FunctionFacts, need: Need, file: FileFacts) -> tuple[HitStep, ...] | None:
    def starts(at: FunctionFacts) -> HitStep | None:
        callbacks = [c for c in file.world.callbacks if c.function == at.name]
        if callbacks and all(c.kind in need.origins for c in callbacks):
            return HitStep(callbacks[0].line, f"{at.name}() becomes {callbacks[0].how}")
        if not callbacks and _ENTRY in need.origins and _entered_by_core(at, file):
            return HitStep(at.function.first, f"nothing in the file calls {at.name}()")
        return None

    def met(state: State) -> bool:
        return _met(state, need)

    def passed(at: FunctionFacts) -> bool:
        return at.summary.asks_context or _locks_unknown(at, file)

    return reached(function, file, starts=starts, held=met, passed=passed)


def _entered_by_core(function: FunctionFacts, file: FileFacts) -> bool:
    """A static function that stands in a table, or nowhere that can be seen."""
    called = any(c.call == function.name for f in file.functions for c in f.summary.calls)
    alone = file.is_static(function.function) and not called and not file.named(function.name)
    return alone and not _STARTS_OR_ENDS.search(function.name)


def _locks_unknown(function: FunctionFacts, file: FileFacts) -> bool:
    """It calls something by whose name it may take a lock that nobody knows here."""
    known = file.knowledge.takes
    return any(
        "lock" in c.call
        and "unlock" not in c.call
        and c.call not in known
        and c.call not in file.knowledge.must_hold
        and not c.call.startswith(("clk_", "spin_lock_init", "block"))
        and c.call.endswith(("lock", "lock_irq", "lock_bh", "lock_irqsave", "_lock_interruptible"))
        for c in function.summary.calls
    )
