# SPDX-License-Identifier: GPL-2.0-or-later
"""Which objects are gone after a call: by the knowledge, and by what the callee was seen to do.

Pure steps from state to state. Who looks at such an object is the checks' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, K
from vreview.analysis.held import object_of
from vreview.analysis.kin import Kin, goes_with_member
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.state import Freed, Pending, State, V, Value, below
from vreview.analysis.summary import World

_ALONE = Kin()
_MOVES = re.compile(r"\[[^\]]*(->|\(|\[)")  # an index that changes without being assigned by name

_PUTS = re.compile(
    r"^(?!pm_|module_|path_|trace_|__|\w*(?:runtime|power|_pm_|_noidle|_sync|autosuspend|_cpu|_user|vblank))"
    r"(?:\w+_put|put_[a-z0-9]+|\w+_put_(?:operation|ref|object|entry|node|request|conn|chan|ctx"
    r"|root|inode|block_group|transaction|client|session|state|context|task|cred))$"
)


def ended(call: Expr, knowledge: Knowledge, world: World) -> Iterator[tuple[str, Freed]]:
    """The keys of the objects that the call gives back whatever it returns."""
    free = knowledge.frees.get(call.text)
    if free is not None:
        arg = call.kids[free.arg] if free.arg < len(call.kids) else None
        key = "" if arg is None else holder_of(arg) if free.holder else object_of(arg)
        if key and not _MOVES.search(key):
            yield key, Freed(call.text, call.line, free.sure)
    elif len(call.kids) == 1 and call.kids[0].kind is K.NAME and _puts(call.text, knowledge, world):
        yield call.kids[0].key, Freed(call.text, call.line, sure=False, guessed=True)
    elif world.endings is not None:
        for position, suffix, freed in world.endings.of(call.text).always:
            key = _key_at(call, position, suffix)
            if key:
                yield key, Freed(call.text, call.line, freed.sure, freed.via or freed.call)


def _puts(name: str, knowledge: Knowledge, world: World) -> bool:
    """By its name it drops a reference; where it is in view, it frees something for good, too."""
    if not _PUTS.search(name):
        return False
    return name not in world.functions or any(
        call in knowledge.frees and knowledge.frees[call].sure for call in world.calls_below(name)
    )


def holder_of(arg: Expr) -> str:
    """``x`` of ``x`` and of ``&x->member.part``; '' where no pointer leads to the object."""
    if arg.kind is not K.ADDRESS:
        return arg.key
    inner = arg.kids[0] if arg.kids else arg
    while inner.kind is K.MEMBER and not inner.arrow:
        inner = inner.kids[0]
    return inner.kids[0].key if inner.kind is K.MEMBER else ""


def _key_at(call: Expr, position: int, suffix: str) -> str:
    if position >= len(call.kids):
        return ""
    arg = call.kids[position]
    if arg.kind is K.ADDRESS and not suffix:
        return ""
    key = object_of(arg)
    return key + suffix if key else ""


def given_back(
    call: Expr, knowledge: Knowledge, world: World, state: State, kin: Kin = _ALONE
) -> State:
    """The state after the call: what is gone, and what will turn out to be gone if it failed."""
    if state.freed:
        state = _set_by(call, knowledge, world, state)
    for key, freed in ended(call, knowledge, world):
        known = state.values.get(key)
        if known is not None and known.kind is V.ZERO:
            continue  # NULL, which no free does anything with
        if key not in state.freed:
            state = replace(state, freed={**state.freed, key: freed})
            state = state.said(call.line, f"`{call.text}()` gives `{key}` back")
        for other in (*_relatives(key, freed, knowledge, world, kin), *_stored(key, freed, state)):
            if other not in state.freed:
                state = replace(state, freed={**state.freed, other: freed})
                state = state.said(call.line, f"`{other}` goes with `{key}`")
    position = knowledge.frees_on_failure.get(call.text, -1)
    if 0 <= position < len(call.kids) and (key := object_of(call.kids[position])):
        failed = (Pending("nonzero", key, Freed(call.text, call.line)),)
        state = replace(state, pending={**state.pending, (call.text, call.line): failed})
    if world.endings is not None and (failing := world.endings.of(call.text).failing):
        late = tuple(
            Pending(outcome, key, Freed(call.text, call.line, freed.sure, freed.via or freed.call))
            for outcome, position, suffix, freed in failing
            if (key := _key_at(call, position, suffix))
        )
        state = replace(state, pending={**state.pending, (call.text, call.line): late})
    return state


def _relatives(
    key: str, freed: Freed, knowledge: Knowledge, world: World, kin: Kin
) -> Iterator[str]:
    """What goes with an object that is surely gone, under other names."""
    if not freed.sure:
        return
    free = knowledge.frees.get(freed.via or freed.call)
    inside = free.inside if free is not None else frozenset()
    yield from kin.gone_with(key, inside, holder=free is not None and free.holder)
    if inside and (owner := goes_with_member(key, inside, world.backpointers())):
        yield owner


def _stored(key: str, freed: Freed, state: State) -> tuple[str, ...]:
    """The other places into which the path has put the pointer that is gone."""
    if not freed.sure:
        return ()
    for resource in state.held.values():
        names = {resource.key, *(resource.also & resource.copies)}
        if resource.kind == "memory" and key in names:
            return tuple(sorted(names - {key}))
    return ()


def _set_by(call: Expr, knowledge: Knowledge, world: World, state: State) -> State:
    """Forget what the callee may have given a new value."""
    if call.text in knowledge.frees or call.text in knowledge.drops:
        return state
    if any(not pair.mined for pair in knowledge.releases.get(call.text, ())):
        return state
    lost: set[str] = set()
    sets = world.endings.sets(call.text) if world.endings is not None else None
    for kid in call.kids:
        if kid.kind is K.ADDRESS and kid.kids and kid.kids[0].key:
            inner = kid.kids[0].key
            lost |= {key for key in state.freed if below(key, inner)}
        elif kid.key:
            lost |= {
                key
                for key in state.freed
                if key != kid.key
                and below(key, kid.key)
                and (sets is None or key.rsplit("->", 1)[-1] in sets)
            }
    if not lost:
        return state
    return replace(state, freed={key: f for key, f in state.freed.items() if key not in lost})


def turned_out(state: State, value: Value | None, outcome: str) -> State:
    """The result was tested: what the callee gives back when it comes out so, is gone."""
    if not state.pending or value is None or value.kind not in (V.RESULT, V.NONZERO):
        return state
    late = state.pending.get((value.name, value.site))
    if late is None:
        return state
    gone: Mapping[str, Freed] = {p.key: p.freed for p in late if p.outcome == outcome}
    rest = {k: p for k, p in state.pending.items() if k != (value.name, value.site)}
    for key, freed in gone.items():
        how = "succeeded" if outcome == "zero" else "failed"
        state = state.said(freed.line, f"`{freed.call}()` {how} and gave `{key}` back")
    return replace(state, freed={**gone, **state.freed}, pending=rest)
