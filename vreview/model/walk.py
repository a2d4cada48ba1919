# SPDX-License-Identifier: GPL-2.0-or-later
"""A walk over a series: every state from the base to the tip tried, and what came and went where.

State 0 is the base, state k the tree after patch k.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vreview.model.observation import Observation
from vreview.model.series import Oid
from vreview.model.trial import Built, Run


class Depth(Enum):
    """How far each state is tried; each goes on from the one before."""

    BUILD = "build"
    BOOT = "boot"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class StateTrial:
    """One state: ``runs`` are its boots, as far as it got, those of one name side by side."""

    n: int
    commit: Oid
    built: Built
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """One fact from where it came to where it went; all numbers are those of states.

    ``seen`` and ``last`` are the first and the last state that showed it, ``observation`` is as
    ``seen`` showed it. ``after`` is the last state before ``seen`` that was looked at and did not
    have it, None where there is none: the base has it, or could not be looked at. ``gone`` is the
    first state after ``last`` that was looked at and did not have it, None where it stays.
    ``alone`` says whether the patch of ``seen`` brings it on top of state ``after``, without those
    in between, which could not be looked at; None where that was not tried or told nothing.
    """

    observation: Observation
    after: int | None
    seen: int
    last: int
    gone: int | None = None
    alone: bool | None = None

    @property
    def introduced_at(self) -> int | None:
        """The patch that brought it, where only one can have."""
        return self.suspects[0] if len(self.suspects) == 1 else None

    @property
    def gone_at(self) -> int | None:
        """The patch that took it away, when it is one."""
        return self.gone if self.gone == self.last + 1 else None

    @property
    def suspects(self) -> tuple[int, ...]:
        """The patches of which one brought it; empty when even the base may have it."""
        if self.after is None:
            return ()
        if self.alone is None:
            return tuple(range(self.after + 1, self.seen + 1))
        return (self.seen,) if self.alone else tuple(range(self.after + 1, self.seen))


@dataclass(frozen=True, slots=True)
class Walk:
    """``states`` from the base to the tip; ``spans`` are the facts that the series changed, in the
    order in which they came."""

    depth: Depth
    states: tuple[StateTrial, ...]
    spans: tuple[Span, ...]

    @property
    def tip(self) -> int:
        """The number of the last state, so of patches."""
        return len(self.states) - 1
