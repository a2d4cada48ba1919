# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding at length: its path over the source, its rule's words, its remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from sample_review import POSITIVE, SPLAT

from vreview.adapters.reporters.explanation import explained
from vreview.adapters.reporters.rulereport import drawn
from vreview.model.kept import KeptFinding, Line
from vreview.model.observation import Place, Step
from vreview.model.review import Finding

PAGE = """\
# positive-errno

## What
An error number without its minus sign.

## Why
Callers take it for success,
or for a count.

## Instead
```c
	err = -ENOMEM;
```

## Known false positives
- Code that negates it elsewhere,
  or in a macro.
- Tests.
"""
FILE = POSITIVE.place.file
SOURCE = (
    "\tmutex_lock(&cache->lock);",
    "\tif (!cache->pages)",
    "\t\terr = ENOMEM;",
    "\telse",
    "\t\terr = ring_cache_map(cache);",
    "\tmutex_unlock(&cache->lock);",
    "\treturn err;",
)
ONE = KeptFinding(
    Finding(POSITIVE, 1, 1, notes=("persists since v1",)),
    "virtio: cache the ring's\x1b[2J pages",
    ("thread.mbox",),
    2,
    tuple(Line(number, text) for number, text in enumerate(SOURCE, start=27) if number != 31),
)


def told(kept: KeptFinding, page: str = PAGE, *, width: int = 100, color: bool = False) -> str:
    return drawn(explained(kept, page, color=color), width=width, color=color)


def test_a_finding_at_length(golden: Callable[[str, str], None]) -> None:
    golden("report/explained.txt", told(ONE))


def test_a_splat_has_no_source_and_no_page(golden: Callable[[str, str], None]) -> None:
    golden("report/explained-splat.txt", told(replace(ONE, finding=Finding(SPLAT), lines=()), ""))


def test_the_steps_of_a_loop_keep_the_order_in_which_they_are_walked() -> None:
    steps = [Step(f"turn {n}", Place(FILE, line), "x") for n, line in ((1, 29), (2, 28), (3, 29))]
    looped = replace(ONE, finding=Finding(replace(POSITIVE, evidence=tuple(steps)), 1))
    lines = [line.strip() for line in told(looped).splitlines() if "^ " in line]
    assert lines == ["^ 2. turn 2", "^ 1. turn 1", "^ 3. turn 3"]


def test_what_is_repaired_later_says_by_which_patch() -> None:
    assert "patch 2/2 repairs it" in told(replace(ONE, finding=Finding(POSITIVE, 1, repaired_by=2)))


def test_nothing_of_a_strangers_steers_the_terminal() -> None:
    hostile = replace(ONE, lines=(Line(28, "\tif (x) /* \x1b[2J\u202e */"),))
    assert "\x1b[2J" not in told(hostile, color=True)
    assert "\u202e" not in told(hostile)


def test_colour_changes_no_word_of_the_path() -> None:
    def path(text: str) -> list[str]:
        return [line.rstrip() for line in text.partition("What the rule flags")[0].splitlines()]

    assert path(re.sub(r"\x1b\[[0-9;]*m", "", told(ONE, color=True))) == path(told(ONE))
    assert "\x1b[" in told(ONE, color=True)
