# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of a series' lines ran in its boots: what the guests counted against what the patches did.

Counts are as they are since the boot, not reset before the suite: code that runs once, at start,
ran. So a line that every suite ran may be one of the boot's. Runs nothing (see ``app.trial``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from vreview.app.states import TreeStates, Whole
from vreview.logic.coverage import Changed, Reached, patch_coverage
from vreview.logic.history import histories
from vreview.model.coverage import FileCounts, PatchCoverage
from vreview.model.kernel import Kernel
from vreview.model.review import Applied
from vreview.model.series import Series
from vreview.model.trial import Run
from vreview.ports import GuestRun, LineCounter, Repo


def covered(
    series: Series,
    applied: Applied,
    counts: Mapping[str, Sequence[FileCounts]],
    reached: Reached,
    *,
    repo: Repo,
) -> tuple[PatchCoverage, ...]:
    """Each patch's share, of the patches with lines that were compiled. ``counts`` are the tip's,
    by suite; ``reached`` says what had to fail for a line to run (as in ``patch_coverage``)."""
    files = tuple(_changed(series, applied, repo))
    return patch_coverage(files, counts, reached=reached)


def _changed(series: Series, applied: Applied, repo: Repo) -> Iterator[Changed]:
    base = applied.base.commit
    assert base is not None
    commits = {0: base, **{p.n: p.commit for p in applied.patches if p.commit is not None}}
    states = TreeStates(repo, commits)
    for history in histories(series.patches):
        tip = states.source(history, len(history.steps))
        if history.deleted or not isinstance(tip, Whole):
            continue
        text = tuple(tip.text.decode(errors="replace").split("\n"))
        yield Changed(history.path, states.edits(history), text)


def with_counts(run: Run, done: GuestRun, kernel: Kernel, counter: LineCounter) -> Run:
    """The run with the lines that its guest counted. Raises OurFailure."""
    files = [each for each in done.files if each[0].startswith(counter.folder)]
    if not files:
        return run
    counts, remarks = counter.read(kernel, files)
    booted = replace(run.booted, remarks=(*run.booted.remarks, *remarks))
    return replace(run, booted=booted, counts=counts)
