# SPDX-License-Identifier: GPL-2.0-or-later
"""Interrupts are turned on while a lock is held that was taken with them off, or in a handler.

The call may stand in a function of the file that is called so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vreview.analysis.contexts import interrupt_handlers
from vreview.analysis.evaluate import Moment
from vreview.analysis.expr import last_field
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.interrupts import flags_of
from vreview.analysis.state import Held
from vreview.analysis.summary import Fact, FunctionSummary, lock_key

RULE = "interrupts-on-early"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call that turns them on."""
    told: set[int] = set()
    for moment in function.flow.calls() if _may(function, file) else ():
        call = moment.expr
        if call is None or moment.line in told or moment.state.blind:
            continue
        found = _outer(moment, file)
        if found is not None:
            told.add(moment.line)
            held, inner, via = found
            steps = (HitStep(held.line, f"{held.call}({held.key}) turns them off"),)
            why = f"{held.key} is held, which {held.call}() took"
            yield _hit(function, moment.line, inner, why, (*steps, *moment.state.steps(8), *via))
    yield from _in_handler(function, file, told)


def _may(function: FunctionFacts, file: FileFacts) -> bool:
    known = file.knowledge.interrupts
    offs = [c for c in function.summary.calls if c.call in known]
    return any(known[c.call].what == "irq" and known[c.call].turns in ("save", "off") for c in offs)


def _outer(moment: Moment, file: FileFacts) -> tuple[Held, str, tuple[HitStep, ...]] | None:
    """The lock that is still held, the call that turns interrupts on, and the way there."""
    call, state = moment.expr, moment.state
    under = [h for h in state.locks if h.quiet is not None and h.quiet.what == "irq" and h.key]
    if call is None or not under:
        return None
    how = file.knowledge.interrupts.get(call.text)
    drop = file.knowledge.drops.get(call.text)
    if how is not None:
        key = lock_key(call, drop.arg) if drop is not None else ""
        if key and all(h.key != key for h in state.locks):
            return None  # perhaps another name of a lock that is held
        others = [h for h in under if h.key != key]
        if not others or how.turns not in ("on", "restore"):
            return None
        if how.turns == "restore":
            flags = flags_of(call, how)
            saved = [q.flags for q in state.quiet if q.what == "irq"]
            if len(saved) < 2 or saved[0] != flags or saved[-1] == flags:
                return None
        return others[-1], call.text, ()
    fields = file.world.drops_below(call.text)
    below = file.world.find(call.text, lambda s: _turns_on(s, file), deepest=3)
    if below is None or any(last_field(h.key) in fields for h in under):
        return None
    if call.text not in file.by_name or below.chain[-1].path != file.path:
        return None
    via = " → ".join(f"{f.name}()" for f in below.chain)
    step = HitStep(below.fact.line, f"{via} calls {below.fact.call}()")
    return under[-1], below.fact.call, (step,)


def _turns_on(summary: FunctionSummary, file: FileFacts) -> Sequence[Fact]:
    """What it turned off itself, it turns on: not a helper that opens its caller's section."""
    known = file.knowledge.interrupts
    turns = [
        (known[c.call].turns, c)
        for c in (() if summary.asks_context else summary.calls)
        if c.call in known and known[c.call].what == "irq"
    ]
    first = min((c.line for turn, c in turns if turn == "off"), default=None)
    return [c for turn, c in turns if turn == "on" and first is not None and c.line > first]


def _in_handler(function: FunctionFacts, file: FileFacts, told: set[int]) -> Iterator[Hit]:
    known = file.knowledge.interrupts
    turning = [c for c in function.summary.calls if c.call in known and known[c.call].turns == "on"]
    if not turning or function.summary.asks_context:
        return
    handler = interrupt_handlers(file).get(function.name)
    if handler is None or turning[0].line in told:
        return
    callback, chain = handler
    via = " → ".join(f"{name}()" for name in chain)
    why = f"{via} runs in an interrupt, by {callback.how}"
    steps = (HitStep(callback.line, f"{callback.function}() becomes {callback.how}"),)
    yield _hit(function, turning[0].line, turning[0].call, why, steps)


def _hit(
    function: FunctionFacts, line: int, call: str, why: str, steps: tuple[HitStep, ...]
) -> Hit:
    return Hit(
        rule=RULE,
        function=function.name,
        line=line,
        subject=call,
        words=(("call", call), ("why", why)),
        steps=(*steps, HitStep(line, f"{call}() turns them on")),
    )
