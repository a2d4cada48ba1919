# SPDX-License-Identifier: GPL-2.0-or-later
"""Two reviewers who say the same: one finding, with the other's word for it.

The same is: one file, one family of bugs, and lines that are near each other in one function. A
tool that names no family repeats nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vreview.model.observation import Category, Observation, Step
from vreview.model.review import Finding

_NEAR_LINES = 3
_NO_FAMILY = frozenset({Category.OTHER, Category.BUILD})


def seconded(ours: Iterable[Finding], theirs: Iterable[Finding]) -> tuple[Finding, ...]:
    """All findings sorted by patch, file and line. Of equal ones the first stays, those of
    ``ours`` before those of ``theirs``, and gets a step that says who else saw it."""
    kept = list(ours)
    for finding in theirs:
        for at, known in enumerate(kept):
            if same(known.observation, finding.observation):
                kept[at] = _supported(known, finding.observation)
                break
        else:
            kept.append(finding)
    return tuple(sorted(kept, key=_order))


def same(one: Observation, other: Observation) -> bool:
    """True when two tools, or a tool and a rule, speak of one bug."""
    if one.tool == other.tool or one.category is not other.category:
        return False
    if one.category in _NO_FAMILY or not one.place.file or one.place.file != other.place.file:
        return False
    functions = {one.place.function, other.place.function} - {""}
    return len(functions) < 2 and any(
        abs(mine - its) <= _NEAR_LINES for mine in _lines(one) for its in _lines(other)
    )


def _lines(seen: Observation) -> frozenset[int]:
    """Its line and those of its evidence in the same file."""
    places = (step.place for step in seen.evidence if step.place is not None)
    there = {place.line for place in places if place.file == seen.place.file}
    return frozenset(there | {seen.place.line}) - {0}


def _supported(finding: Finding, other: Observation) -> Finding:
    step = Step(f"{other.tool} says so too: {other.message}", other.place)
    seen = finding.observation
    return replace(finding, observation=replace(seen, evidence=(*seen.evidence, step)))


def _order(finding: Finding) -> tuple[int, str, int, str]:
    place = finding.observation.place
    return finding.patch or 0, place.file, place.line, finding.observation.rule
