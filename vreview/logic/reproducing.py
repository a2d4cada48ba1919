# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings of a review can be shown again, and what that takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vreview.model.kernel import Recipe, Recipes, Toolchain
from vreview.model.observation import Observation, Origin, Severity
from vreview.model.reproducer import Failure, Reproducer
from vreview.model.review import Applied, Review
from vreview.model.series import Oid
from vreview.model.trial import Built, Run, Trial

_RUNS = frozenset({Origin.COMPILER, Origin.CONSOLE, Origin.TEST})


def reproducers(
    review: Review, recipes: Recipes, *, toolchain: Toolchain | None
) -> tuple[Reproducer, ...]:
    """One for each finding that the tip's builds and boots showed, or those of a state on the way
    to it: errors and warnings, no notes.

    ``toolchain`` is the machine's, for builds that gave no kernel.
    """
    applied = review.applied
    if applied is None or applied.tip is None or applied.base.commit is None:
        return ()
    kernels = dict(recipes.named())
    made = (
        one
        for finding in review.findings
        for seen in (finding.observation, *finding.shown)
        if seen.origin in _RUNS and seen.severity is not Severity.NOTE
        for one in _of(seen, review, applied, kernels, toolchain)
    )
    return tuple({one.finding: one for one in made}.values())


def _of(
    seen: Observation,
    review: Review,
    applied: Applied,
    kernels: dict[str, Recipe],
    toolchain: Toolchain | None,
) -> Iterator[Reproducer]:
    """The first way there is to show it."""
    found = next(_shown(seen, trials_of(review)), None)
    if found is None or found[0].profile not in kernels:
        return
    trial, runs = found
    base, tip = applied.base.commit, Oid(trial.tree)
    assert base is not None
    kernel = trial.built.kernel if trial.built is not None else None
    yield Reproducer(
        finding=seen.fingerprint,
        rule=seen.rule,
        message=seen.message,
        failure=Failure.BOOT if runs else Failure.BUILD,
        series=review.series.title,
        base=base,
        tip=tip,
        tip_tree=_tree(applied, tip),
        recipe=kernels[trial.profile],
        toolchain=kernel.toolchain if kernel is not None else toolchain,
        suite=runs[0].name if runs else "",
        kernel=trial.profile,
        accelerator=runs[0].booted.accelerator if runs else "",
        seen=sum(seen.fingerprint in _fingerprints(run) for run in runs) if runs else 1,
        boots=max(len(runs), 1),
    )


def _shown(seen: Observation, trials: Iterable[Trial]) -> Iterator[tuple[Trial, tuple[Run, ...]]]:
    """The trials that showed it, each with the runs of the exercise that did, none for a build."""
    for trial in trials:
        if trial.built is not None and seen.fingerprint in _said(trial.built):
            yield trial, ()
        for run in trial.runs:
            if seen.fingerprint in _fingerprints(run):
                yield trial, tuple(other for other in trial.runs if other.name == run.name)


def _said(built: Built) -> set[str]:
    return {one.fingerprint for one in built.observations}


def _fingerprints(run: Run) -> set[str]:
    return {one.fingerprint for one in run.observations}


def trials_of(review: Review) -> tuple[Trial, ...]:
    """The tip's, and then those of the states between base and tip, where every patch was tried."""
    states = review.walk.states[1:-1] if review.walk is not None else ()
    between = (Trial(state.commit, "test", state.built, state.runs) for state in states)
    return (*review.tip_trials, *between)


def patches_in(review: Review, commit: Oid) -> int:
    """How many patches of the series are in a commit of it."""
    commits = [row.commit for row in review.applied.patches] if review.applied else []
    return commits.index(commit) + 1


def _tree(applied: Applied, commit: Oid) -> Oid:
    tree = next(row.tree for row in applied.patches if row.commit == commit)
    assert tree is not None
    return tree
