# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the functions of a file run, as far as the file shows: in an interrupt, or with them on.

What is not registered, called or bound to sleep in the file is in no known context.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.graph import always_passed
from vreview.analysis.hit import HitStep
from vreview.analysis.knowledge import Level
from vreview.analysis.lockclass import LockClass, Taking, takings
from vreview.analysis.locks import UNSURE
from vreview.analysis.state import State
from vreview.analysis.summary import Callback

_DEEPEST = 4
_MOST_CALLERS = 24
_STARTS_OR_ENDS = re.compile(
    r"(^|_)(init|initialize|probe|attach|setup|alloc|register|unregister|remove|exit|cleanup|fini"
    r"|detach|destroy|free|teardown|disconnect|unbind|bind|suspend|resume|thaw|freeze|deinit"
    r"|uninit|unload|load)(_|$|\d)"
)
_SOFT_TIMER = re.compile(rb"\bHRTIMER_MODE_\w*SOFT\b")
_STOPS = frozenset({"disable_irq_nosync", "napi_disable", "tasklet_disable", "local_irq_disable"})


@dataclass(frozen=True, slots=True, eq=False)
class InInterrupt:
    """``taking`` stands in ``chain[-1]``, which ``callback`` leads to by calls of the file."""

    callback: Callback
    chain: tuple[str, ...]
    taking: Taking

    @property
    def reads(self) -> bool:
        return "reading" in self.taking.how.family


@lru_cache(maxsize=2)
def taken_in_interrupts(file: FileFacts) -> Mapping[tuple[Level, LockClass], InInterrupt]:
    """For each level above process context, the spinning locks that are taken there."""
    found: dict[tuple[Level, LockClass], InInterrupt] = {}
    for callback in file.world.callbacks:
        level = _level(callback, file)
        if level is None or level == "process" or callback.function not in file.by_name:
            continue
        for chain in _below(callback.function, file):
            for taking in takings(file.by_name[chain[-1]], file):
                family = file.knowledge.families[taking.how.family]
                here = InInterrupt(callback, chain, taking)
                known = found.get((level, taking.of))
                if family.atomic and taking.how.arg >= 0 and (known is None or known.reads):
                    found[level, taking.of] = here
    return found


@lru_cache(maxsize=2)
def interrupt_handlers(file: FileFacts) -> Mapping[str, tuple[Callback, tuple[str, ...]]]:
    """The functions that run in a hard interrupt: whose handler leads there, and how."""
    found: dict[str, tuple[Callback, tuple[str, ...]]] = {}
    for callback in file.world.callbacks:
        if _level(callback, file) == "hardirq" and callback.function in file.by_name:
            for chain in _below(callback.function, file):
                found.setdefault(chain[-1], (callback, chain))
    return found


def _level(callback: Callback, file: FileFacts) -> Level | None:
    if callback.kind == "hrtimer":  # a timer_list may have its function assigned as well
        hard = b"hrtimer" in file.masked and not _SOFT_TIMER.search(file.masked)
        return "hardirq" if hard else "softirq"
    return file.knowledge.runs_in.get(callback.kind)


def _below(start: str, file: FileFacts) -> Iterator[tuple[str, ...]]:
    """The function, and those of the file that it may call: the calls that lead there."""
    queue: deque[tuple[str, ...]] = deque([(start,)])
    seen = {start}
    while queue:
        chain = queue.popleft()
        summary = file.by_name[chain[-1]].summary
        if summary.asks_context:
            continue
        yield chain
        for call in summary.calls if len(chain) <= _DEEPEST else ():
            if call.call in file.by_name and call.call not in seen:
                seen.add(call.call)
                queue.append((*chain, call.call))


def quieted(state: State, level: Level) -> bool:
    """What runs at the level cannot come in between, by what this path did, or may not: a call
    may have dropped a lock and taken it again."""
    if UNSURE in state.shed.values():
        return True
    whats = ("irq",) if level == "hardirq" else ("irq", "bh")
    ends = ("_irq", "_irqsave") if level == "hardirq" else ("_irq", "_irqsave", "_bh")
    return any(q.what in whats for q in state.quiet) or any(
        held.call.endswith(ends) for held in state.locks
    )


def interruptible_by(
    function: FunctionFacts, level: Level, file: FileFacts
) -> tuple[HitStep, ...] | None:
    """How the function comes to run with interrupts of ``level`` on: None where that is not
    shown. Callers that begin or end things do not count: nothing may come in yet, or any more."""

    def starts(at: FunctionFacts) -> HitStep | None:
        return _starts_at(at, level, file)

    def off(state: State) -> bool:
        return quieted(state, level)

    polled = {c.function for c in file.world.callbacks if _level(c, file) == "hardirq"}

    def passed(at: FunctionFacts) -> bool:
        # Who calls a handler by hand has masked its interrupt.
        return at.name in polled or at.summary.asks_context or _begins_or_ends(at, file)

    return reached(function, file, starts=starts, held=off, passed=passed)


def reached(
    function: FunctionFacts,
    file: FileFacts,
    *,
    starts: Callable[[FunctionFacts], HitStep | None],
    held: Callable[[State], bool],
    passed: Callable[[FunctionFacts], bool],
) -> tuple[HitStep, ...] | None:
    """The calls that lead to the function from one where it ``starts``, none of them made where
    something is ``held``; functions that are ``passed`` over lead nowhere."""
    queue: deque[tuple[FunctionFacts, tuple[HitStep, ...]]] = deque([(function, ())])
    seen = {function.name}
    while queue and len(seen) <= _MOST_CALLERS:
        at, steps = queue.popleft()
        if passed(at):
            continue
        root = starts(at)
        if root is not None:
            return (root, *steps)
        for caller in file.functions if len(steps) < _DEEPEST else ():
            if caller.name in seen or all(c.call != at.name for c in caller.summary.calls):
                continue
            line = _called_without(at.name, caller, held)
            if line:
                seen.add(caller.name)
                step = HitStep(line, f"{caller.name}() calls {at.name}()")
                queue.append((caller, (step, *steps)))
    return None


def _called_without(name: str, caller: FunctionFacts, held: Callable[[State], bool]) -> int:
    for moment in caller.flow.calls():
        call, state = moment.expr, moment.state
        here = call is not None and call.text == name and not state.blind
        if here and not held(state):
            return moment.line
    return 0


def _begins_or_ends(function: FunctionFacts, file: FileFacts) -> bool:
    stops = file.knowledge.waiters.keys() | file.knowledge.registrations.keys() | _STOPS
    return bool(_STARTS_OR_ENDS.search(function.name)) or any(
        call.call in stops for call in function.summary.calls
    )


def _starts_at(function: FunctionFacts, level: Level, file: FileFacts) -> HitStep | None:
    """The function is called with interrupts of ``level`` on, or surely sleeps."""
    if _masks_its_line(function.name, file):
        return None
    allowed = ("process", "softirq") if level == "hardirq" else ("process",)
    for callback in file.world.callbacks:
        runs = _level(callback, file)
        if callback.function == function.name and runs in allowed and callback.kind != "transmit":
            return HitStep(callback.line, f"{function.name}() becomes {callback.how}")
    for index, node in enumerate(function.graph.nodes):
        for fact in function.summary.sleeps if node.expr is not None else ():
            if node.line == fact.line and always_passed(index, function.graph):
                return HitStep(fact.line, f"{function.name}() may sleep: {fact.call}()")
    return None


def _masks_its_line(name: str, file: FileFacts) -> bool:
    """Below a threaded handler whose interrupt stays masked until it is done."""
    if b"IRQF_ONESHOT" not in file.masked:
        return False
    threads = [c.function for c in file.world.callbacks if c.kind == "irq thread"]
    return any(name == t or name in file.world.calls_below(t) for t in threads)
