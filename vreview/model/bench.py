# SPDX-License-Identifier: GPL-2.0-or-later
"""Samples of a benchmark on one kernel, and the comparison of two."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Mode(Enum):
    """How a number was obtained, and so what it means.

    DETERMINISTIC counts executed guest instructions (TCG with icount, one vCPU): path length,
    blind to caches, contention and the cost of single instructions such as stac/clac. WALL is a
    clock on a noisy machine: everything counts, and repetition is needed.
    """

    DETERMINISTIC = "deterministic"
    WALL = "wall"


class Better(Enum):
    LOWER = "lower"
    HIGHER = "higher"


class Speed(Enum):
    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Metric:
    """``name`` as in "vhost-tx:instructions_per_packet"; ``unit`` as printed.

    ``threshold`` is the relative shift (0.01 is 1 %) that kernels which differ elsewhere can show
    in this metric; None when that was not measured.
    """

    name: str
    unit: str
    better: Better
    mode: Mode
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Samples:
    """Raw values of one metric on one kernel, in the order measured.

    ``boots`` groups them: by boot in WALL mode, by phase of a boot in DETERMINISTIC mode, where
    another boot would give the same values again.
    """

    metric: Metric
    boots: tuple[tuple[float, ...], ...]

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(v for boot in self.boots for v in boot)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Base against tip for one metric.

    ``shift`` is (tip - base) / base of the location estimates; ``low`` and ``high`` bound it at
    ``confidence``; ``threshold`` is the smallest |shift| that this set-up can tell from none.
    """

    metric: Metric
    base: Samples | None
    tip: Samples | None
    base_value: float | None
    tip_value: float | None
    shift: float | None
    low: float | None
    high: float | None
    confidence: float
    threshold: float
    verdict: Speed
    why: str
