# SPDX-License-Identifier: GPL-2.0-or-later
"""Printed numbers as the intervals that they may stand for, and how two of them compare.

``5.0`` may be anything from 4.95 to 5.05: a claim is contradicted only when no such values bear it
out. Percentages are in points (17 means 17 %). No floating point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_HUNDRED = Decimal(100)
_SCALES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_TIMES = {
    "ns": 1, "nsec": 1, "nsecs": 1, "nanoseconds": 1,
    "us": 10**3, "µs": 10**3, "μs": 10**3, "usec": 10**3, "usecs": 10**3, "microseconds": 10**3,
    "ms": 10**6, "msec": 10**6, "msecs": 10**6, "milliseconds": 10**6,
    "s": 10**9, "sec": 10**9, "secs": 10**9, "second": 10**9, "seconds": 10**9,
    "min": 6 * 10**10, "minute": 6 * 10**10, "minutes": 6 * 10**10,
}  # fmt: skip
_SCALED = re.compile(r"([kKMGT]i?)(pps|bps|B|b|bit|bits|bytes|ops|iops|IOPS|TPS|tps|req)?(/\w+)?$")


@dataclass(frozen=True, slots=True)
class Span:
    """A closed interval."""

    low: Decimal
    high: Decimal

    def meets(self, other: Span) -> bool:
        """Some value lies in both."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number. ``text`` as printed, with its unit; ``kind``: "time", "percent", or the
    unit without its scale."""

    text: str
    span: Span
    value: Decimal
    kind: str


def figure(number: str, unit: str = "") -> Figure | None:
    """The figure of a printed number and the word behind it. None for what is too large to be one.

    A number that ends in three noughts or more may have been rounded to the second of them.
    """
    digits = number.replace(",", "")
    if len(digits) > 20:
        return None
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None
    places = len(digits.partition(".")[2])
    noughts = len(digits) - len(digits.rstrip("0")) if "." not in digits else 0
    half = Decimal(5).scaleb(noughts - 3 if noughts >= 3 else -places - 1)
    scale, kind = _scale(unit)
    text = f"{number}{unit}" if len(unit) <= 1 else f"{number} {unit}"
    low = max(value - half, Decimal(0))
    return Figure(text, Span(low * scale, (value + half) * scale), value * scale, kind)


def _scale(unit: str) -> tuple[Decimal, str]:
    if unit in _TIMES:
        return Decimal(_TIMES[unit]), "time"
    if unit in ("%", "percent"):
        return Decimal(1), "percent"
    found = _SCALED.match(unit)
    if found is None:
        return Decimal(1), unit
    prefix, thing = found[1], (found[2] or "") + (found[3] or "")
    scale = _BINARY.get(prefix) or _SCALES.get(prefix.rstrip("i"), 1)
    return Decimal(scale), thing


def comparable(one: Figure, other: Figure) -> bool:
    """Both are of the same kind, or one of them leaves its unit to the other."""
    if one.kind == other.kind:
        return True
    return not one.kind or not other.kind


def ratio(before: Figure, after: Figure) -> Span | None:
    """``after / before``; None when one of them may be nought."""
    if before.span.low <= 0 or after.span.low <= 0:
        return None
    return Span(after.span.low / before.span.high, after.span.high / before.span.low)


def changes(before: Figure, after: Figure) -> tuple[Span, ...]:
    """What people call the change, in per cent, without its sign: of the old value, of the new
    one, and, between percentages, in points."""
    times = ratio(before, after)
    if times is None:
        return ()
    spans = [_size(times, Decimal(1)), _size(Span(1 / times.high, 1 / times.low), Decimal(1))]
    if "percent" in (before.kind, after.kind):
        gap = Span(after.span.low - before.span.high, after.span.high - before.span.low)
        spans.append(_absolute(Span(gap.low / _HUNDRED, gap.high / _HUNDRED)))
    return tuple(Span(s.low * _HUNDRED, s.high * _HUNDRED) for s in spans)


def change_of_old(before: Figure, after: Figure) -> Decimal:
    """The change in per cent of the old value, with its sign, of the values as printed."""
    return (after.value - before.value) / before.value * _HUNDRED


def _size(times: Span, one: Decimal) -> Span:
    return _absolute(Span(times.low - one, times.high - one))


def _absolute(span: Span) -> Span:
    if span.low >= 0:
        return span
    if span.high <= 0:
        return Span(-span.high, -span.low)
    return Span(Decimal(0), max(-span.low, span.high))


def shown(percent: Decimal) -> str:
    """``+35.0 %``."""
    return f"{percent.quantize(Decimal('0.1')):+} %"
