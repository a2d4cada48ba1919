# SPDX-License-Identifier: GPL-2.0-or-later
"""A walk over a series as rows: how far each patch got, and what came and went with it.

The same rows for a terminal and for a mail; where in the series each fact is told at length is
with the findings.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

from vreview.adapters.reporters.safe import safe_line
from vreview.adapters.reporters.words import case_counts
from vreview.model.observation import Observation
from vreview.model.trial import BuildState
from vreview.model.walk import Depth, StateTrial, Walk

COLUMNS = ("patch", "built", "booted", "tests", "what changed")
_UNTIL_USER_SPACE = ("first output", "user space")


def walk_rows(walk: Walk) -> tuple[tuple[str, ...], ...]:
    """A row of COLUMNS for each state. What may have come or gone before, in a state that could
    not be looked at, has a question mark."""
    return tuple(_row(state, walk) for state in walk.states)


def _row(state: StateTrial, walk: Walk) -> tuple[str, ...]:
    came = [(s.observation, s.introduced_at != s.seen) for s in walk.spans if s.seen == state.n]
    went = [(s.observation, s.gone_at is None) for s in walk.spans if s.gone == state.n]
    changes = {"came": came if state.n else [], "went": went}
    return (
        f"{state.n}/{walk.tip}" if state.n else "base",
        _built(state),
        _booted(state, walk.depth),
        _tests(state, walk.depth),
        "; ".join(f"{how}: {_named(facts)}" for how, facts in changes.items() if facts),
    )


def _built(state: StateTrial) -> str:
    if state.built.state is not BuildState.BUILT:
        return str(state.built.state.value)
    return "stored" if state.built.from_store else f"{state.built.seconds:.0f} s"


def _booted(state: StateTrial, depth: Depth) -> str:
    if depth is Depth.BUILD or not state.runs:
        return "-"
    first = state.runs[0].booted
    if first.state.value != "done":
        return str(first.state.value)
    return f"{sum(seconds for phase, seconds in first.phase_s if phase in _UNTIL_USER_SPACE):.0f} s"


def _tests(state: StateTrial, depth: Depth) -> str:
    """The cases of each suite's first run there."""
    if depth is not Depth.TEST or not state.runs:
        return "-"
    first = {run.name: run for run in reversed(state.runs)}
    return case_counts(case for run in first.values() for case in run.cases) or "-"


def _named(facts: Iterable[tuple[Observation, bool]]) -> str:
    """``2 error, unused-variable?``."""
    counts = Counter(f"{safe_line(seen.rule)}{'?' * doubtful}" for seen, doubtful in facts)
    return ", ".join(name if n == 1 else f"{n} {name}" for name, n in counts.items())


def walk_text(walk: Walk, *, width: int) -> str:
    """The rows as plain text, for a mail; what does not fit beside a row stands under it."""
    rows = (COLUMNS, *walk_rows(walk))
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS) - 1)]
    lines = []
    for *cells, changes in rows:
        line = "  ".join(cell.ljust(w) for cell, w in zip(cells, widths, strict=True))
        if len(line) + 2 + len(changes) <= width:
            lines.append(f"{line}  {changes}".rstrip())
        else:
            lines += [line.rstrip(), *textwrap.wrap(changes, width, initial_indent=" " * 8,
                                                    subsequent_indent=" " * 8)]  # fmt: skip
    return "\n".join(lines)
