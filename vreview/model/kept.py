# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding as a finished lint or review leaves it behind: with what explains it."""

from __future__ import annotations

from dataclasses import dataclass

from vreview.model.review import Finding


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source as it stands, without its end; ``number`` from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """``series`` is its title, ``named`` what was typed to review it; ``total`` counts its patches.
    ``lines`` are those that the finding is about and some around them, as far as they were seen."""

    finding: Finding
    series: str
    named: tuple[str, ...]
    total: int
    lines: tuple[Line, ...] = ()
