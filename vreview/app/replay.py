# SPDX-License-Identifier: GPL-2.0-or-later
"""A failure that a review reported, once more: the same tree, kernel and suite.

Starts from "cannot tell". Compares with nothing: whether the base has it too was the review's
question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from vreview.app.trial import Exercise, Lab, Side, build_side, run_sides
from vreview.errors import TreeError
from vreview.model.kernel import Kernel
from vreview.model.observation import Observation, Severity
from vreview.model.reproducer import Again, Failure, Replayed, Reproducer
from vreview.model.series import Oid, Series
from vreview.model.trial import BootState, BuildState, Built
from vreview.ports import Repo


@dataclass(frozen=True, slots=True)
class ReplayTools:
    """``exercise`` gives what ran in the guest, None where this vreview has nothing of the name."""

    repo: Repo
    lab: Lab
    exercise: Callable[[Reproducer], Exercise | None]


def replay(made: Reproducer, series: Series, *, runs: int, tools: ReplayTools) -> Replayed:
    """Builds the series' tree by the same recipe and, for a failure in a guest, boots it so often.

    Raises TreeError for a base that is not there, OurFailure.
    """
    exercise = tools.exercise(made) if made.failure is Failure.BOOT else None
    if made.failure is Failure.BOOT and exercise is None:
        return Replayed(Again.CANNOT_TELL, why=f"there is no suite {made.suite} here")
    tip = _tip(made, series, tools.repo)
    if tip is None:
        return Replayed(
            Again.CANNOT_TELL, why=f"the series does not make the tree {made.tip_tree[:12]} here"
        )
    built = build_side(Side.TIP, tip, recipe=made.recipe, touched=series.paths, lab=tools.lab)
    if exercise is None:
        return _built_again(made, built)
    if built.kernel is None:
        why = f"the kernel was not built: {built.state.value}; see {built.log}"
        return Replayed(Again.CANNOT_TELL, why=why)
    return _run_again(made, exercise, built.kernel, runs=runs, lab=tools.lab)


def _tip(made: Reproducer, series: Series, repo: Repo) -> Oid | None:
    """A commit with the tree that failed: the one of then, or the series applied once more."""
    try:
        there = repo.resolve(made.tip)
        if repo.tree(there) == made.tip_tree:
            return there
    except TreeError:
        pass
    applied = repo.apply(series, base=made.base)
    commits = [row.commit for row in reversed(applied.patches) if row.commit is not None]
    found = next((one for one in commits if repo.tree(one) == made.tip_tree), None)
    if found is not None:
        repo.keep(applied)
    return found


def _built_again(made: Reproducer, built: Built) -> Replayed:
    fingerprints = {one.fingerprint for one in built.observations}
    differs = _differs(made, built.kernel, accelerator="")
    if made.finding in fingerprints:
        return Replayed(Again.SEEN, 1, 1, differs, others=_others(made, built.observations))
    if built.state is BuildState.BUILT:
        return Replayed(Again.GONE, 0, 1, differs)
    return Replayed(
        Again.CANNOT_TELL,
        runs=1,
        differs=differs,
        why=f"the build ended otherwise: {built.state.value}; see {built.log}",
        others=_others(made, built.observations),
    )


def _run_again(
    made: Reproducer, exercise: Exercise, kernel: Kernel, *, runs: int, lab: Lab
) -> Replayed:
    done = run_sides({Side.TIP: kernel}, replace(exercise, boots=runs), lab=lab)[Side.TIP]
    shown = [run for run in done if made.finding in {one.fingerprint for one in run.observations}]
    ended = [run for run in done if run.booted.state is BootState.DONE]
    others = _others(made, (one for run in done for one in run.observations))
    differs = _differs(made, kernel, accelerator=done[0].booted.accelerator)
    if shown:
        return Replayed(Again.SEEN, len(shown), len(done), differs, others=others)
    if len(ended) == len(done):
        return Replayed(Again.GONE, 0, len(done), differs, others=others)
    why = f"{len(done) - len(ended)} of {len(done)} boots did not come to their end"
    return Replayed(Again.CANNOT_TELL, 0, len(done), differs, why, others)


def _differs(made: Reproducer, kernel: Kernel | None, *, accelerator: str) -> tuple[str, ...]:
    told = []
    now, then = kernel.toolchain if kernel is not None else None, made.toolchain
    if now is not None and then is not None:
        pairs = ((then.version, now.version), (then.linker_version, now.linker_version))
        told = [f"built by {new}, then by {old}" for old, new in pairs if old != new]
    if accelerator and made.accelerator != accelerator:
        told.append(f"run under {accelerator}, then under {made.accelerator}")
    return tuple(told)


def _others(made: Reproducer, seen: Iterable[Observation]) -> tuple[str, ...]:
    errors = [
        one for one in seen
        if one.severity is Severity.ERROR and one.fingerprint != made.finding
    ]  # fmt: skip
    return tuple(dict.fromkeys(one.message for one in errors))
