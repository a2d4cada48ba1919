# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables with a column that is computed from two others: before, after, and the difference in %.

What a column means is learnt from the rows: a reading that most rows bear out is what the author
computed, and the rows that it does not fit are the contradicted ones. Two rows are the least.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from vreview.logic.claims.figures import NUMBER, Figure, Span, figure, ratio
from vreview.logic.claims.said import Claim, Message

COLUMN = "claimed-column"
_FEWEST = 3
_KINDS = ("of the old", "of the new", "ratio")
_SPREAD = re.compile(rf"(?:±|\+/-|\+-)\s*{NUMBER}\s?%?|\(\s*(?:stddev|std|sd)[^)]*\)")
_CELL = re.compile(
    rf"(?<![\w.,:/#])(?<!\w-)(?P<sign>[-+]?)\s?(?P<number>{NUMBER})"
    r"\s?(?P<unit>%|[kKMGT](?:i?B|bps|pps)?(?![\w]))?"
    r"(?![\w.:/-]*\d)"
)
_SEPARATED = re.compile(r"\s{2,}|\t|\||\*")
_EXPONENT = re.compile(r"\d[eE][-+]?\d")
_QUOTED = re.compile(r"\s*>")


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a row. ``percent``: what it says is a percentage."""

    figure: Figure
    percent: bool
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: tuple[Cell, ...]

    @property
    def shape(self) -> str:
        """``nnp``: two numbers and a percentage."""
        return "".join("p" if cell.percent else "n" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Reading:
    """Column ``percent`` says how ``after`` differs from ``before``; ``kind`` says of what."""

    percent: int
    before: int
    after: int
    kind: str


def check_tables(message: Message) -> Iterator[Claim]:
    """Rows whose percentage is not what all the others of its column are."""
    for rows in _blocks(message.lines):
        for column in (i for i, kind in enumerate(rows[0].shape) if kind == "p"):
            reading, fits = _best(rows, column)
            if reading is None:
                continue
            odd = [row for row in rows if row.line not in fits and _odd(row, reading)]
            if len(odd) <= max(1, len(rows) // 4):
                yield from (_claim(message, row, reading, len(fits)) for row in odd)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[Row, ...]]:
    """Rows of one shape, at most two other lines apart."""
    open_rows: dict[str, list[Row]] = defaultdict(list)
    for number, line in enumerate(lines, start=1):
        row = _row(number, line)
        for shape in [s for s, rows in open_rows.items() if number - rows[-1].line > 3]:
            yield tuple(open_rows.pop(shape))
        if row is not None:
            open_rows[row.shape].append(row)
    yield from (tuple(rows) for rows in open_rows.values())


def _row(number: int, line: str) -> Row | None:
    if _QUOTED.match(line) or _EXPONENT.search(line) or len(_SEPARATED.split(line.strip())) < 3:
        return None
    plain = _SPREAD.sub(lambda m: " " * len(m.group()), line)
    cells = []
    for found in _CELL.finditer(plain):
        value = figure(found["number"], found["unit"] or "")
        if value is None:
            return None
        cells.append(Cell(value, found["unit"] == "%", found.group().strip()))
    row = Row(number, tuple(cells))
    return row if row.shape.count("n") >= 2 and "p" in row.shape and len(cells) <= 16 else None


def _best(rows: tuple[Row, ...], column: int) -> tuple[Reading | None, frozenset[int]]:
    """The reading that most rows bear out, and the lines of those rows."""
    best: tuple[Reading | None, frozenset[int]] = (None, frozenset())
    if len(rows) < _FEWEST:
        return best
    for reading in _readings(rows[0].shape, column):
        fits = frozenset(row.line for row in rows if _fits(row, reading, telling=False))
        if len(fits) * 3 >= len(rows) * 2 and len(fits) > len(best[1]):
            best = (reading, fits)
    if best[0] is None or sum(_fits(row, best[0], telling=True) for row in rows) < 2:
        return (None, frozenset())
    return best


def _readings(shape: str, column: int) -> Iterator[Reading]:
    numbers = [i for i, kind in enumerate(shape) if kind == "n"]
    left = [i for i in numbers if i < column]
    right = [i for i in numbers if i > column]
    pairs = set()
    if len(left) >= 2:
        pairs |= {(left[-2], left[-1]), (left[0], left[-1])}
    if left and right:
        pairs.add((left[-1], right[0]))
    for before, after in sorted(pairs):
        for kind in _KINDS:
            yield Reading(column, before, after, kind)


def _computed(row: Row, reading: Reading) -> Span | None:
    """The percentage that the row's own numbers give, without a sign."""
    before, after = row.cells[reading.before].figure, row.cells[reading.after].figure
    times = ratio(before, after)
    if times is None:
        return None
    if reading.kind == "of the new":
        times = Span(1 / times.high, 1 / times.low)
    if reading.kind != "ratio":
        low, high = times.low - 1, times.high - 1
        times = Span(low, high) if low >= 0 else Span(-high, -low)
        if times.low < 0:
            times = Span(Decimal(0), max(times.high, -times.low))
    return Span(times.low * 100, times.high * 100)


def _said(row: Row, reading: Reading) -> Span:
    """Rounded or cut off: one unit of the last place either way."""
    text = row.cells[reading.percent].text
    value = row.cells[reading.percent].figure.value
    step = Decimal(1).scaleb(-len(text.strip("+-% ").partition(".")[2]))
    return Span(value - step, value + step)


def _fits(row: Row, reading: Reading, *, telling: bool) -> bool:
    """``telling``: and it is not a small change that fits anything."""
    computed = _computed(row, reading)
    if computed is None:
        return not telling
    said = _said(row, reading)
    large = row.cells[reading.percent].figure.value >= 1 and computed.high - computed.low < 10
    return said.meets(computed) and (large or not telling)


def _odd(row: Row, reading: Reading) -> bool:
    """No other way to compute it fits either, and the numbers are of one order."""
    computed = _computed(row, reading)
    if computed is None or computed.low >= 1000:
        return False
    return not any(_fits(row, replace(reading, kind=kind), telling=False) for kind in _KINDS)


def _claim(message: Message, row: Row, reading: Reading, others: int) -> Claim:
    before, after = row.cells[reading.before], row.cells[reading.after]
    change = (after.figure.value - before.figure.value) / before.figure.value * 100
    if reading.kind == "of the new":
        change = (after.figure.value - before.figure.value) / after.figure.value * 100
    if reading.kind == "ratio":
        change = after.figure.value / before.figure.value * 100
    real = f"{change.quantize(Decimal('0.1'))} %"
    figures = f"{before.text} -> {after.text}"
    said = row.cells[reading.percent].text
    return Claim(
        check=COLUMN,
        message=message,
        line=row.line,
        subject=f"{figures}: {said}",
        words=(("figures", figures), ("claim", said), ("real", real), ("others", str(others))),
        steps=(
            (row.line, f"{figures} is {real}; the row says {said}"),
            (row.line, f"{others} other rows of the column are what their figures give"),
        ),
    )
