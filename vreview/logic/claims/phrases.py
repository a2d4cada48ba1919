# SPDX-License-Identifier: GPL-2.0-or-later
"""The two things that prose says of a measurement: a pair of figures, and a change.

Accepted: ``from 120 us to 100 us``, ``1516 MB/sec -> 2046 MB/sec``, ``5 ms vs 4 ms``; ``~33%``,
``15-20 percent``, ``2x``, ``3 times faster``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from vreview.logic.claims.figures import NUMBER, Figure, Span, comparable, figure


def _printed(n: int) -> str:
    """A number and the word behind it, as groups ``number<n>`` and ``unit<n>``."""
    return (
        rf"(?<![\w.,#/:+-])(?P<number{n}>{NUMBER})(?![\d.]*\d|[xX]\b)"
        rf"(?:\s?(?P<unit{n}>[%]|[A-Za-zµμ]+(?:/[A-Za-z]+)?)?)"
    )


_ARROW = r"\s*(?:-{1,3}>|={1,2}>|→|⇒|\bto\b|\bvs\.?(?=\s)|\bversus\b)\s*(?:about |around |~\s?)?"
_PAIR = re.compile(
    rf"(?P<from>\bfrom\s+(?:about |around |~\s?)?)?{_printed(1)}"
    rf"(?:\s(?:per|an?)\s\w+)?(?P<arrow>{_ARROW})(?<=[\s>→⇒~]){_printed(2)}"
)
_HEDGE = (
    r"(?P<hedge>(?i:~|≈|about|around|roughly|approximately|approx\.?|almost|nearly|some|circa|"
    r"more than|over|at least|above|greater than|>|less than|under|below|<))?\s*"
)
_PERCENT = (
    r"[-+]?(?P<percent>\d+(?:\.\d+)?)(?:\s?%?\s?(?:-|\u2013)\s?(?P<upto>\d+(?:\.\d+)?))?"
    r"\s?(?:%|percent\b|per cent\b)"
)
_FACTOR = (
    r"(?P<factor>\d+(?:\.\d+)?)(?:\s?[xX](?![\w])|\s+times(?=\s+(?:fast|slow|bett|small|larg|less|"
    r"more|high|low|improv|speed)))"
)
_CLAIM = re.compile(rf"(?<![\w.,/+-]){_HEDGE}(?:{_PERCENT}|{_FACTOR})(?!\s?-?\s?(?:ile|th)\b)")
_NO_CHANGE = re.compile(
    r"\s*(?:of\b(?!\s(?:the\s)?(?:perform|throughput|speed|pps|packet rate))|"
    r"cpu|utili[sz]ation|usage|busy|idle|confidence|full\b|load|percentile|random|reads?\b"
    r"|writes?\b|hit|miss|chance|sure|certain|stddev|std|deviation|variance|noise|error\b)",
    re.IGNORECASE,
)
_SPREAD = re.compile(r"(?:±|\+/-|\+-|stddev|std|p|P)\s*$")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures, the older first, where the text puts them so."""

    before: Figure
    after: Figure
    start: int
    end: int
    ordered: bool

    @property
    def text(self) -> str:
        return f"{self.before.text} -> {self.after.text}"


@dataclass(frozen=True, slots=True)
class Change:
    """A claimed change. ``span`` is in per cent, or a factor."""

    text: str
    span: Span
    is_factor: bool
    start: int
    end: int


def pairs_in(text: str) -> Iterator[Pair]:
    """Every ``from A to B`` and ``A -> B`` of comparable figures above nought."""
    for found in _PAIR.finditer(text):
        plain_to = found["arrow"].strip() == "to"
        if plain_to and not found["from"]:
            continue
        before = figure(found["number1"], _unit(found["unit1"]))
        after = figure(found["number2"], _unit(found["unit2"]))
        if before is None or after is None or not comparable(before, after):
            continue
        if before.kind != after.kind:
            # "from 5 to 6 us": the unit that one of them leaves out is the other's.
            before = figure(found["number1"], _unit(found["unit1"] or found["unit2"])) or before
            after = figure(found["number2"], _unit(found["unit2"] or found["unit1"])) or after
        ordered = "v" not in found["arrow"]
        yield Pair(before, after, found.start(), found.end(), ordered)


def _unit(text: str | None) -> str:
    """A word behind a number is its unit unless the sentence goes on with it."""
    return "" if not text or text in _NOT_UNITS else text


_NOT_UNITS = frozenset(
    re.findall(
        r"\w+",
        "to and or in on for with when while after before by from at of the a is was per vs versus "
        "then via as but if so it this which",
    )
)


def changes_in(text: str) -> Iterator[Change]:
    """Every percentage or factor that speaks of a change."""
    for found in _CLAIM.finditer(text):
        if _NO_CHANGE.match(text, found.end()) or _SPREAD.search(text, 0, found.start()):
            continue
        number = found["percent"] or found["factor"]
        span = _meant(number, found["upto"], (found["hedge"] or "").strip())
        if span is not None:
            start = found.start("hedge") if found["hedge"] else found.start()
            yield Change(
                text[start : found.end()].strip(), span, not found["percent"], start, found.end()
            )


def _meant(number: str, upto: str | None, hedge: str) -> Span | None:
    """What a claimed number may stand for: rounded or cut off, and further off with "about"."""
    if len(number) > 12 or len(upto or "") > 12:
        return None
    low, high = Decimal(number), Decimal(upto or number)
    step = Decimal(1).scaleb(-len(number.partition(".")[2]))
    below, above = step / 2, step
    hedge = hedge.lower()
    if hedge in ("more than", "over", "at least", "above", "greater than", ">"):
        return Span(low - step, Decimal(10**9))
    if hedge in ("less than", "under", "below", "<"):
        return Span(Decimal(0), high + step)
    if hedge:
        loose = Decimal(5) if low % 10 == 0 else Decimal("2.5") if low % 5 == 0 else Decimal(1)
        below = above = max(step, loose if "." not in number else step)
    return Span(max(low - below, Decimal(0)), high + above)
