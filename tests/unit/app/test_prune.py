# SPDX-License-Identifier: GPL-2.0-or-later
"""What is pruned: the old, then the least lately used, and never what is held or was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from vreview.app.prune import DAY_S, prune, size_of, to_go
from vreview.errors import InputError
from vreview.model.stored import Entry, Kind

NOW = 1000 * DAY_S


def entry(
    name: str, days: float, size: int, *, kind: Kind = Kind.KERNEL, held: bool = False
) -> Entry:
    return Entry(kind, Path(name), name, size, NOW - days * DAY_S, held)


STORED = (
    entry("new", 1, 100),
    entry("old", 40, 100),
    entry("middle", 10, 300),
    entry("held", 90, 1000, held=True),
    entry("tree", 90, 500, kind=Kind.TREE),
)


def names(days: float | None, size: int | None) -> list[str]:
    return [e.name for e in to_go(STORED, now=NOW, keep_days=days, max_bytes=size)]


@pytest.mark.parametrize(
    ("days", "size", "gone"),
    [
        (30, None, ["old"]),
        (0, None, ["old", "middle", "new"]),
        (None, 2000, []),
        (None, 1900, ["old"]),
        (None, 1899, ["old", "middle"]),
        (5, 1600, ["old", "middle"]),
        (None, 0, ["old", "middle", "new"]),  # what may not go stays, whatever was asked for
        (None, None, []),
    ],
)
def test_age_then_size(days: float | None, size: int | None, gone: list[str]) -> None:
    assert names(days, size) == gone


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("512", 512),
        ("1K", 1024),
        ("1.5GiB", 3 << 29),
        ("20g", 20 << 30),
        (" 2 MB", 2 << 20),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1", "1X", "1 G G"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(InputError, match="is no size"):
        size_of(text)


def test_what_is_in_use_by_then_is_told() -> None:
    done = prune(STORED[:2], lambda one: one.name != "new")
    assert [e.name for e in done.removed] == ["old"]
    assert [e.name for e in done.kept] == ["new"]
