# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads gcov's JSON ("gcov --json-format --stdout", format version 1).

One line holds one object: ``files``, each with ``file``, ``functions`` and ``lines``. The counts
come from a guest, so any of it may be nonsense: what does not fit is left out. Does not run gcov.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from vreview.model.coverage import FileCounts, FunctionCount

MOST_LINES = 200_000
"""Of one file; and no line number is greater."""


def parse_gcov(text: str) -> tuple[FileCounts, ...]:
    """The files of gcov's output, named as gcov names them, sorted. A line that stands for several
    pieces of code (a function that was inlined more than once) has the sum of their counts."""
    found: dict[str, FileCounts] = {}
    for line in text.splitlines():
        for entry in _items(_object(line), "files"):
            name = entry.get("file")
            if isinstance(name, str) and name:
                counts = FileCounts(name, _lines(entry), _functions(entry))
                found[name] = merged(found[name], counts) if name in found else counts
    return tuple(found[name] for name in sorted(found))


def merged(one: FileCounts, other: FileCounts) -> FileCounts:
    """The counts of the same file from two places together."""
    lines = dict(one.lines)
    for number, count in other.lines:
        lines[number] = lines.get(number, 0) + count
    functions = {(f.name, f.first): f for f in one.functions}
    for f in other.functions:
        before = functions.get((f.name, f.first))
        count = f.count + (before.count if before else 0)
        functions[f.name, f.first] = FunctionCount(f.name, f.first, f.last, count)
    ordered = sorted(functions.values(), key=lambda f: (f.first, f.name))
    return FileCounts(one.path, tuple(sorted(lines.items())), tuple(ordered))


def _object(line: str) -> Mapping[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _items(entry: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    items = entry.get(key)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield item


def _lines(entry: Mapping[str, object]) -> tuple[tuple[int, int], ...]:
    counts: dict[int, int] = {}
    for item in _items(entry, "lines"):
        number, count = _number(item, "line_number"), _number(item, "count")
        if number is not None and count is not None and 0 < number <= MOST_LINES:
            counts[number] = counts.get(number, 0) + count
    return tuple(sorted(counts.items()))


def _functions(entry: Mapping[str, object]) -> tuple[FunctionCount, ...]:
    found = []
    for item in _items(entry, "functions"):
        name = item.get("name")
        first, last = _number(item, "start_line"), _number(item, "end_line")
        count = _number(item, "execution_count")
        if isinstance(name, str) and first is not None and last is not None and count is not None:
            found.append(FunctionCount(name, first, last, count))
    return tuple(sorted(found, key=lambda f: (f.first, f.name)))


def _number(item: Mapping[str, object], key: str) -> int | None:
    value = item.get(key)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and value >= 0 else None  # type: ignore[operator,return-value]
