# SPDX-License-Identifier: GPL-2.0-or-later
"""Base against tip for one metric: faster, slower, the same, or cannot tell, and why.

All arithmetic is on logarithms, so that swapping the sides mirrors the answer exactly and the
unit does not matter. Measures nothing; docs/measuring.md says where the thresholds come from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vreview.logic.stats import median, needed, quantile, shift
from vreview.model.bench import Better, Comparison, Metric, Mode, Samples, Speed

THRESHOLD = {Mode.DETERMINISTIC: 0.002, Mode.WALL: 0.05}
"""The smallest relative shift that is called one, for a metric that does not know its own.

See "Thresholds" in docs/measuring.md.
"""

CONFIDENCE = 0.95
_LOW_SHARE = 0.10
"""The undisturbed batch: timer ticks and refills only ever add to the others."""
_PHASES_AGREE = 0.01
_FEWEST = 10
"""Values in a phase; a low quantile of fewer is just the smallest."""


@dataclass(frozen=True, slots=True)
class _Estimate:
    """Logarithms of the locations, and of the bounds of tip over base."""

    base: float
    tip: float
    low: float
    high: float
    confidence: float


def compare(
    base: Samples | None,
    tip: Samples | None,
    *,
    threshold: float | None = None,
    confidence: float = CONFIDENCE,
) -> Comparison:
    """Compares the samples of one metric on two kernels.

    ``threshold`` is relative (0.01 is 1 %), by default the metric's, or the mode's. A side that is
    None, or too small, or disagrees with itself gives CANNOT_TELL with the reason in ``why``.
    Raises ValueError when both are None or their metrics differ.
    """
    known = tip if base is None else base
    if known is None or (base is not None and tip is not None and base.metric != tip.metric):
        raise ValueError(f"not two sides of one metric: {base!r} and {tip!r}")
    metric = known.metric
    limit = _first(threshold, metric.threshold, THRESHOLD[metric.mode])
    unknown = Comparison(
        metric, base, tip, *(None,) * 5, confidence, limit, Speed.CANNOT_TELL, why=""
    )
    if base is None or tip is None:
        side = "base" if base is None else "tip"
        return replace(unknown, why=f"no figures from {side}")
    bad = _unusable(base, "base") or _unusable(tip, "tip")
    if bad:
        return replace(unknown, why=bad)
    if metric.mode is Mode.DETERMINISTIC:
        found = _path_lengths(base, tip)
    else:
        found = _clocked(base, tip, confidence=confidence)
    if isinstance(found, str):
        return replace(unknown, why=found)
    verdict, why = _verdict(found, metric, math.log1p(limit))
    return replace(
        unknown,
        base_value=math.exp(found.base),
        tip_value=math.exp(found.tip),
        shift=math.expm1(found.tip - found.base),
        low=math.expm1(found.low),
        high=math.expm1(found.high),
        confidence=found.confidence,
        verdict=verdict,
        why=why,
    )


def _first(*choices: float | None) -> float:
    return next(c for c in choices if c is not None)


def _unusable(samples: Samples, side: str) -> str:
    """Why these samples cannot be compared with anything, "" when they can."""
    if not samples.boots or not all(samples.boots):
        return f"no figures from {side}"
    if not all(math.isfinite(v) and v > 0 for v in samples.values):
        return f"{side} has figures that cannot be ({min(samples.values):g} among them)"
    return ""


def _path_lengths(base: Samples, tip: Samples) -> _Estimate | str:
    """Deterministic mode: the low quantile of each phase; the bounds are what phases span."""
    located = []
    for side, samples in (("base", base), ("tip", tip)):
        fewest = min(map(len, samples.boots))
        if fewest < _FEWEST:
            return f"a phase of {side} has {fewest} batches, {_FEWEST} are needed"
        phases = [math.log(quantile(phase, _LOW_SHARE)) for phase in samples.boots]
        spread = math.expm1(max(phases) - min(phases))
        if spread > _PHASES_AGREE:
            return f"the phases of {side} differ by {spread:.1%}: something else ran in between"
        located.append(phases)
    one, two = located
    # A range over what was seen, not a statement of probability: repeated, it is the same.
    return _Estimate(
        median(one), median(two), min(two) - max(one), max(two) - min(one), confidence=1.0
    )


def _clocked(base: Samples, tip: Samples, *, confidence: float) -> _Estimate | str:
    """Wall mode: a boot is one observation; what happens in it shares its luck with the rest."""
    one, two = ([math.log(median(boot)) for boot in side.boots] for side in (base, tip))
    found = shift(one, two, confidence=confidence)
    if found is None:
        return (
            f"{len(one)} and {len(two)} boots cannot show anything at {confidence:.0%} confidence;"
            f" needs at least {needed(confidence=confidence)} boots a side"
        )
    # The tip's location follows from the shift, so that the three figures agree.
    middle = (median(one) + median(two)) / 2
    half = found.estimate / 2
    return _Estimate(middle - half, middle + half, found.low, found.high, confidence)


def _verdict(found: _Estimate, metric: Metric, limit: float) -> tuple[Speed, str]:
    moved = found.tip - found.base
    span = f"between {math.expm1(found.low):+.2%} and {math.expm1(found.high):+.2%}"
    beyond = f"the threshold of {math.expm1(limit):.2%}"
    if abs(moved) > limit:
        if found.low <= 0 <= found.high:
            return Speed.CANNOT_TELL, f"the shift lies {span}: it may be none"
        lower_is_faster = metric.better is Better.LOWER
        faster = (moved < 0) == lower_is_faster
        return (Speed.FASTER if faster else Speed.SLOWER), f"the shift lies {span}, past {beyond}"
    if metric.mode is Mode.DETERMINISTIC or -limit <= found.low <= found.high <= limit:
        return Speed.SAME, f"the shift is within {beyond}"
    return Speed.CANNOT_TELL, f"the shift lies {span}, which may be more than {beyond}"
