# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch brought a fact and which took it away, from what each state of a series showed.

Two states compare as in ``delta``: by fingerprints, counted. A state that did not get far enough
shows that a fact is there, never that it is not. Does not know what facts are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vreview.model.observation import Category, Observation, Origin, Severity
from vreview.model.walk import Span


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a state showed of one kind of facts. ``reached``: what it did not show is not there."""

    seen: tuple[Observation, ...]
    reached: bool


def spans(states: Sequence[Glimpse]) -> tuple[Span, ...]:
    """From the base (the first) to the tip: each stretch of states in which a fact was there.

    A fact that was seen twice in one state and once before is two facts, one of them new there. One
    that comes, goes and comes again has two spans. An unknown state between two that show the fact
    belongs to its span. Sorted by the state that first showed it, in the order in which it did.
    """
    counts = [Counter(one.fingerprint for one in state.seen) for state in states]
    most: Counter[str] = Counter()
    for count in counts:
        most |= count
    found = []
    for print_, times in most.items():
        for level in range(1, times + 1):
            there = [
                True if count[print_] >= level else False if state.reached else None
                for count, state in zip(counts, states, strict=True)
            ]
            for after, seen, last, gone in _stretches(there):
                equal = [o for o in states[seen].seen if o.fingerprint == print_]
                found.append(Span(equal[level - 1], after, seen, last, gone))
    order = {id(one): place for state in states for place, one in enumerate(state.seen)}
    return tuple(sorted(found, key=lambda span: (span.seen, order[id(span.observation)])))


def _stretches(
    there: Sequence[bool | None],
) -> Iterator[tuple[int | None, int, int, int | None]]:
    """After, seen, last, gone of each stretch; None in ``there`` is a state that cannot tell."""
    absent: int | None = None
    seen: int | None = None
    last = 0
    for number, here in enumerate(there):
        if here:
            seen, last = (number if seen is None else seen), number
        elif here is False:
            if seen is not None:
                yield absent, seen, last, number
                seen = None
            absent = number
    if seen is not None:
        yield absent, seen, last, None


def changed(span: Span) -> bool:
    """True for what the series brought or took away, as far as is known; False for what the base
    has and the tip has."""
    return span.seen > 0 or span.gone is not None


def breaks(seen: Observation) -> bool:
    """True for what stops a bisection that lands on it: no kernel, no boot, a splat or a failed
    test that are errors. A warning does not."""
    return seen.severity is Severity.ERROR


def told(span: Span, *, tip: int) -> str:
    """Where the fact came and went, in a reviewer's words ("introduced at 2/5, gone at 4/5")."""
    came, went = _words(span.observation)
    parts = [_came(span, came, tip)]
    if span.gone is not None:
        since = "" if span.gone_at is not None else " or before"
        parts.append(f"{went} {span.gone}/{tip}{since}")
    elif span.last < tip:
        first, count = span.last + 1, tip - span.last
        hidden = f"{first}/{tip}" if count == 1 else f"{first}/{tip} to {tip}/{tip}"
        parts.append(f"cannot tell whether it is there at {hidden}")
    elif 0 < span.seen < tip:
        parts.append("and still there at the end")
    return ", ".join(parts)


def _came(span: Span, came: str, tip: int) -> str:
    here = f"{span.seen}/{tip}"
    if span.seen == 0:
        return "there before the series"
    if span.after is None:
        return f"first seen at {here}, and no state before it could be looked at"
    under = f"{span.after}/{tip}" if span.after else "the base"
    if span.alone:
        return f"{came} {here} (so does patch {span.seen} alone on top of {under})"
    if span.alone is False:
        suspects = " or ".join(f"{n}/{tip}" for n in span.suspects)
        return (
            f"comes from {suspects}, first seen at {here} (patch {span.seen} alone on top of"
            f" {under} does not show it)"
        )
    if span.introduced_at is None:
        between = f"{span.after + 1}/{tip} and {here}"
        return f"{came} {here} or before: cannot tell between {between}"
    return f"{came} {here}"


def _words(seen: Observation) -> tuple[str, str]:
    """How one says of such a fact that it comes, and that it goes."""
    if seen.category is Category.BUILD and seen.severity is Severity.ERROR:
        return "breaks the build at", "repaired at"
    if seen.tool == "boot":
        return "does not boot at", "boots again at"
    if seen.origin is Origin.TEST:
        return "fails from", "passes again at"
    return "introduced at", "gone at"
