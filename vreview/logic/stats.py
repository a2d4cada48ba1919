# SPDX-License-Identifier: GPL-2.0-or-later
"""Order statistics: quantiles, and a shift between two small samples with an exact interval.

Nothing here assumes a distribution, draws random numbers, or knows what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_EXACT = 30
"""Up to this many values a side the null distribution is counted, above it approximated."""


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the others lie, always one of ``values``.

    The nearest rank from below: no interpolation between two modes, where nothing was measured.
    Raises ValueError for no values.
    """
    if not values:
        raise ValueError("a quantile of no values")
    return sorted(values)[int(share * (len(values) - 1))]


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the middle two. Raises ValueError for no values."""
    if not values:
        raise ValueError("a median of no values")
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@dataclass(frozen=True, slots=True)
class Shift:
    """How far ``tip`` lies above ``base``: the estimate, and its interval."""

    estimate: float
    low: float
    high: float


def shift(base: Sequence[float], tip: Sequence[float], *, confidence: float) -> Shift | None:
    """The Hodges-Lehmann shift and the interval that belongs to the Mann-Whitney test.

    The interval holds the true shift with at least ``confidence``. None when so few values cannot
    give that at all, whatever they are. Hollander and Wolfe, Nonparametric Statistical Methods,
    section 4.3.
    """
    cut = _cut(len(base), len(tip), confidence=confidence)
    if cut is None:
        return None
    differences = sorted(t - b for b in base for t in tip)
    return Shift(median(differences), differences[cut], differences[-1 - cut])


def needed(*, confidence: float) -> int:
    """The smallest number of values a side with which ``shift`` can answer."""
    n = 1
    while _cut(n, n, confidence=confidence) is None:
        n += 1
    return n


def _cut(n: int, m: int, *, confidence: float) -> int | None:
    """How many differences to leave out at each end, None when none may be kept."""
    if n < 1 or m < 1:
        return None
    tail = (1 - confidence) / 2
    if max(n, m) > _EXACT:
        # Round towards the wider interval.
        spread = math.sqrt(n * m * (n + m + 1) / 12)
        return max(0, math.floor(n * m / 2 - _normal_quantile(1 - tail) * spread) - 1)
    counts = _rank_sums(n, m)
    total, below = math.comb(n + m, n), 0
    for cut, count in enumerate(counts):
        below += count
        # Rounding must not cost what is exactly enough (1 of 20, say).
        if below > tail * total * (1 + 1e-12):
            return cut - 1 if cut else None
    return None


@lru_cache(maxsize=64)
def _rank_sums(n: int, m: int) -> tuple[int, ...]:
    """In how many of the C(n+m, n) orders the Mann-Whitney statistic is 0, 1, 2, ... n*m.

    The coefficients of the Gaussian binomial: multiply by (1 - q^(m+i)), divide by (1 - q^i).
    """
    size = n * m + 1
    counts = [1] + [0] * (size - 1)
    for i in range(1, n + 1):
        for k in range(size - 1, m + i - 1, -1):
            counts[k] -= counts[k - m - i]
        for k in range(i, size):
            counts[k] += counts[k - i]
    return tuple(counts)


def _normal_quantile(p: float) -> float:
    """The standard normal's quantile for p >= 0.5, by bisection on erf."""
    low, high = 0.0, 12.0
    for _ in range(80):
        middle = (low + high) / 2
        if 0.5 * (1 + math.erf(middle / math.sqrt(2))) < p:
            low = middle
        else:
            high = middle
    return high
