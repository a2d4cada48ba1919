# SPDX-License-Identifier: GPL-2.0-or-later
"""What repeated runs say: on both sides, only with the series, only sometimes, and with what odds.

Counts; runs nothing. What comes and goes between runs is compared as a tally, and whoever fails
only sometimes is not accused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import comb

from vreview.logic.delta import delta
from vreview.model.observation import Observation, Origin
from vreview.model.review import Delta


@dataclass(frozen=True, slots=True)
class Tally:
    """Shown in ``seen`` of ``runs`` runs of one side. A run counts when it could have shown it."""

    seen: int
    runs: int


class Pattern(Enum):
    """What two tallies say of an observation."""

    KNOWN = "fails without the series, too"
    NEW = "fails with the series, never without"
    SOMETIMES = "fails with the series, sometimes"
    UNKNOWN = "no run without the series came so far"


@dataclass(frozen=True, slots=True)
class Shown:
    """What one run showed. ``reached``: it came to its end, so its silence says something."""

    observations: tuple[Observation, ...]
    reached: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """An observation with the tallies of both sides."""

    observation: Observation
    base: Tally
    tip: Tally

    @property
    def pattern(self) -> Pattern:
        if self.base.seen:
            return Pattern.KNOWN
        if not self.base.runs:
            return Pattern.UNKNOWN
        return Pattern.NEW if self.tip.seen == self.tip.runs else Pattern.SOMETIMES


def odds(base: Tally, tip: Tally) -> Fraction:
    """How likely the tip has as many failures as it has, or more, when nothing changed: Fisher's
    exact test, one-sided. Exact."""
    runs, seen = base.runs + tip.runs, base.seen + tip.seen
    most = min(tip.runs, seen)
    ways = sum(comb(tip.runs, k) * comb(base.runs, seen - k) for k in range(tip.seen, most + 1))
    return Fraction(ways, comb(runs, seen))


def counted(base: Sequence[Shown], tip: Sequence[Shown]) -> tuple[Counted, ...]:
    """Each observation of either side once, in the order in which it was first seen, the tip's
    first. On the tip a test that once failed and once did not end is one thing; on the base what
    counts is whether it did any of what it does on the tip."""
    first: dict[tuple[str, ...], Observation] = {}
    forms: dict[tuple[str, ...], set[str]] = {}
    for one in _all(tip):
        first.setdefault(_identity(one), one)
        forms.setdefault(_identity(one), set()).add(one.fingerprint)
    known = {name for names in forms.values() for name in names}
    for one in _all(base):
        if one.fingerprint not in known:
            first.setdefault((one.fingerprint,), one)
            forms.setdefault((one.fingerprint,), {one.fingerprint})
    return tuple(
        Counted(one, _tally(base, forms[identity]), _tally(tip, forms[identity]))
        for identity, one in first.items()
    )


def compared(base: Sequence[Shown], tip: Sequence[Shown]) -> Delta:
    """The delta of two sides of several runs: what any run of a side showed, it has.

    What only the tip showed is ``unknown`` when no run of the base could have shown it; what only
    the base showed is ``fixed`` when every run of the tip came to its end.
    """
    whole = counted(base, tip)
    return delta(
        [one.observation for one in whole if one.base.seen],
        [one.observation for one in whole if one.tip.seen],
        base_reached=any(run.reached for run in base),
        tip_reached=all(run.reached for run in tip),
    )


def said(one: Counted) -> str:
    """The tallies in words, with the odds where there were runs enough to have any.

    "failed in 3 of 5 runs with the series, in 0 of 5 without; …"
    """
    word = "failed" if one.observation.origin is Origin.TEST else "seen"
    text = (
        f"{word} in {one.tip.seen} of {one.tip.runs} {_runs(one.tip.runs)} with the series,"
        f" in {one.base.seen} of {one.base.runs} without"
    )
    if min(one.tip.runs, one.base.runs) < 2:
        return text
    chance = odds(one.base, one.tip)
    return (
        f"{text}; such a difference arises by chance in {percent(chance)} of cases"
        " if nothing changed"
    )


def percent(chance: Fraction) -> str:
    """ "8 %", "0.4 %", "under 0.1 %"."""
    value = float(chance) * 100
    if value < 0.1:
        return "under 0.1 %"
    return f"{value:.0f} %" if value >= 1 else f"{value:.1f} %"


def worth_repeating(runs: Iterable[Counted]) -> bool:
    """Whether something was seen with the series alone: more runs would say how often."""
    return any(one.tip.seen and not one.base.seen and one.base.runs for one in runs)


def _all(side: Sequence[Shown]) -> Iterable[Observation]:
    return (one for run in side for one in run.observations)


def _identity(one: Observation) -> tuple[str, ...]:
    """What is the same on the tip: of a test whether it failed or crashed is the same test."""
    if one.origin is Origin.TEST:
        return (one.tool, one.place.file, one.subject)
    return (one.fingerprint,)


def _tally(side: Sequence[Shown], forms: set[str]) -> Tally:
    shown = [any(o.fingerprint in forms for o in run.observations) for run in side]
    runs = sum(run.reached or has for run, has in zip(side, shown, strict=True))
    return Tally(sum(shown), runs)


def _runs(count: int) -> str:
    return "run" if count == 1 else "runs"
