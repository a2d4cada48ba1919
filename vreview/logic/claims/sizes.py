# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bloat-o-meter and size(1): rows against totals, and the words around them.

Accepted: ``add/remove: 1/0 grow/shrink: 2/3 up/down: 120/-20 (100)``, ``name  old  new  +delta``,
``Total: Before=1000, After=1100, chg +10.00%``; ``text data bss dec hex filename`` and its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from vreview.logic.claims.said import Claim, Message

SIZES = "claimed-size"

_HEAD = re.compile(
    r"\s*add/remove: (?P<add>\d+)/(?P<remove>\d+) grow/shrink: (?P<grow>\d+)/(?P<shrink>\d+) "
    r"up/down: (?P<up>\d+)/-?(?P<down>\d+) \((?P<sum>-?\d+)\)\s*$"
)
_ROW = re.compile(r"\s*(?P<name>\S+)\s+(?P<old>\d+|-)\s+(?P<new>\d+|-)\s+(?P<delta>[-+]?\d+)\s*$")
_TOTAL = re.compile(
    r"\s*Total: Before=(?P<before>\d+), After=(?P<after>\d+), chg (?P<change>[-+]?\d+\.\d+)%"
)
_SIZE_HEAD = re.compile(r"\s*text\s+data\s+bss\s+dec\s+hex\s+filename")
_SIZE_ROW = re.compile(
    r"\s*(?P<text>\d+)\s+(?P<data>\d+)\s+(?P<bss>\d+)\s+(?P<dec>\d+)\s+(?P<hex>[0-9a-f]+)\b"
)
_DIGITS_MAX = 15


@dataclass(slots=True)
class _Table:
    """A bloat-o-meter table while it is read."""

    line: int
    head: re.Match[str]
    rows: list[tuple[int, re.Match[str]]]
    total: tuple[int, re.Match[str]] | None = None

    def number(self, key: str) -> int:
        return int(self.head[key])


def check_sizes(message: Message) -> Iterator[Claim]:
    """Sums that their own rows contradict."""
    for table in _tables(message.lines):
        yield from _head(message, table)
        yield from _rows(message, table)
        yield from _totals(message, table)
    yield from _size_rows(message)


def _tables(lines: tuple[str, ...]) -> list[_Table]:
    tables: list[_Table] = []
    reading = False
    for number, line in enumerate(lines, start=1):
        if any(len(digits) > _DIGITS_MAX for digits in re.findall(r"\d+", line)):
            reading = False
        elif head := _HEAD.match(line):
            tables.append(_Table(number, head, []))
            reading = True
        elif reading and (row := _ROW.match(line)):
            tables[-1].rows.append((number, row))
        elif reading and (total := _TOTAL.match(line)):
            tables[-1].total = (number, total)
            reading = False
        elif (
            reading
            and line.strip()
            and not line.split()[0].lower().startswith(("function", "data"))
        ):
            reading = False
    return tables


def _head(message: Message, table: _Table) -> Iterator[Claim]:
    up, down, said = table.number("up"), table.number("down"), table.number("sum")
    if up - down != said:
        yield _claim(message, table.line, (f"{up} - {down}", f"{up - down}", f"{said}"))


def _rows(message: Message, table: _Table) -> Iterator[Claim]:
    deltas = []
    for number, row in table.rows:
        old, new = (0 if row[key] == "-" else int(row[key]) for key in ("old", "new"))
        delta = int(row["delta"])
        deltas.append(delta)
        if new - old != delta:
            yield _claim(message, number, (f"{new} - {old}", f"{new - old:+}", row["delta"]))
    shown = sum(table.number(key) for key in ("add", "remove", "grow", "shrink"))
    if len(deltas) == shown and deltas and sum(deltas) != table.number("sum"):
        words = (f"the sum of the {shown} rows", f"{sum(deltas)}", table.head["sum"])
        yield _claim(message, table.line, words)


def _totals(message: Message, table: _Table) -> Iterator[Claim]:
    if table.total is None:
        return
    line, total = table.total
    before, after = int(total["before"]), int(total["after"])
    if after - before != table.number("sum"):
        words = (f"{after} - {before}", f"{after - before}", table.head["sum"])
        yield _claim(message, line, words)
    elif before:
        change = Decimal(after - before) / before * 100
        if abs(change - Decimal(total["change"])) > Decimal("0.011"):
            real = f"{change.quantize(Decimal('0.01')):+}%"
            yield _claim(message, line, (f"{before} -> {after}", real, f"{total['change']}%"))


def _size_rows(message: Message) -> Iterator[Claim]:
    reading = False
    for number, line in enumerate(message.lines, start=1):
        if _SIZE_HEAD.match(line):
            reading = True
            continue
        row = _SIZE_ROW.match(line) if reading else None
        if row is None or any(len(d) > _DIGITS_MAX for d in row.groups()):
            reading = False
            continue
        added = sum(int(row[key]) for key in ("text", "data", "bss"))
        if added != int(row["dec"]):
            words = ("text + data + bss", f"{added}", row["dec"])
            yield _claim(message, number, words)
        elif int(row["hex"], 16) != added:
            yield _claim(message, number, (f"{added} in hexadecimal", f"{added:x}", row["hex"]))


def _claim(message: Message, line: int, said: tuple[str, str, str]) -> Claim:
    figures, real, claim = said
    return Claim(
        check=SIZES,
        message=message,
        line=line,
        subject=f"{figures}: {claim}",
        words=(("figures", figures), ("real", real), ("claim", claim)),
        steps=((line, f"{figures} is {real}; the table says {claim}"),),
    )
