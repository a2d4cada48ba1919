# SPDX-License-Identifier: GPL-2.0-or-later
"""Which changed lines ran, in a sentence a patch."""

from __future__ import annotations

from collections.abc import Sequence

from vreview.adapters.reporters.safe import safe_line
from vreview.model.coverage import Gap, PatchCoverage

MOST_GAPS = 5
"""A patch that nothing ran has a gap in each function: the rest is counted."""


def coverage_sentence(coverage: PatchCoverage, *, most: int = MOST_GAPS) -> str:
    """``14 of 21 changed lines ran (vhost 14, smoke 3); the error path at foo.c:88-93 never did``.

    Lines that were not compiled are in neither number. At most so many gaps are named; none where a
    guest's counts are lost, since they may have run in it.
    """
    if coverage.lost and not coverage.ran:
        head = f"none of {_lines(coverage.compiled)} is known to have run"
    elif not coverage.ran:
        head = f"none of {_lines(coverage.compiled)} ran"
    else:
        suites = ", ".join(f"{safe_line(name)} {count}" for name, count in coverage.suites)
        head = f"{coverage.ran} of {_lines(coverage.compiled)} ran ({suites})"
    if coverage.lost:
        names = ", ".join(map(safe_line, coverage.lost))
        lost = f"what only {names} ran is not known: the guest ended without its counts"
        return f"{head}; {lost}"
    return "; ".join((head, *_gaps(coverage.gaps, most=most, said=bool(coverage.ran))))


def _lines(count: int) -> str:
    return f"{count} changed line{'s' * (count != 1)}"


def _gaps(gaps: Sequence[Gap], *, most: int, said: bool) -> list[str]:
    """Error paths first: what no test runs is what nobody has seen work."""
    order = sorted(gaps, key=lambda gap: not gap.error_path)
    shown = [_gap(gap) for gap in order[:most] if said or gap.error_path or gap.reached]
    left = len(gaps) - len(order[:most])
    return [*shown, f"{left} more place{'s' * (left != 1)} did not"] if left and said else shown


def _gap(gap: Gap) -> str:
    name = f"the error path at {safe_line(str(gap))}" if gap.error_path else safe_line(str(gap))
    if gap.function:
        name += f" in {safe_line(gap.function)}()"
    return f"{name} ran only with {safe_line(gap.reached)}" if gap.reached else f"{name} never did"
