# SPDX-License-Identifier: GPL-2.0-or-later
"""What a review works with: its use cases, bound to a tree, a machine and the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vreview.app.inject import LineTools
from vreview.app.kerneltests import KernelTests
from vreview.app.lint import LintResult
from vreview.app.perpatch import Carry
from vreview.app.trial import (
    Lab,
    Side,
)
from vreview.logic.recipes import recipes_for
from vreview.model.kernel import Recipes
from vreview.model.observation import Observation
from vreview.model.review import (
    Applied,
    Finding,
    Settled,
    Stage,
)
from vreview.model.series import Oid, Series
from vreview.model.trial import Built
from vreview.model.walk import Depth
from vreview.ports import Benchmark, TestSuite

AskOthers = Callable[[Series, Applied, Mapping[Side, Built]], LintResult]
Settle = Callable[[Series, LintResult | None, Sequence[Finding]], Settled]
OwnTests = Callable[[Sequence[str], Mapping[Side, Oid]], KernelTests]
Plan = Callable[[Series, Applied, Sequence[Finding], frozenset[Stage]], Recipes]


def all_stand(_: Series, __: LintResult | None, findings: Sequence[Finding]) -> Settled:
    """Nothing is dismissed, and there is no version before."""
    return Settled(tuple(findings))


def usual(
    series: Series, _: Applied, findings: Sequence[Finding], heavy: frozenset[Stage]
) -> Recipes:
    """The recipes that nobody's settings change."""
    return recipes_for(series.paths, findings, stages=heavy)


@dataclass(frozen=True, slots=True)
class ReviewTools:
    """What a review works with. ``apply`` and ``lint`` are bound to their repository already;
    ``suites_for`` gives the suites for the touched paths, the one that every kernel must pass
    first; ``clock`` gives seconds."""

    apply: Callable[[Series], Applied]
    lint: Callable[[Series, Applied | None], LintResult]
    lab: Lab
    suites_for: Callable[[Sequence[str]], Sequence[TestSuite]]
    benchmarks: Sequence[Benchmark]
    clock: Callable[[], float]
    wall_boots: int = 0
    runs: int = 1
    """Boots a side for each suite."""
    again: int = 0
    """Further boots a side of a suite where, of one boot a side, the series alone failed."""
    excused: Callable[[Observation], bool] = lambda _: False
    """Whether a failure will be held against nobody, so that no further boots are worth it."""
    others: AskOthers | None = None
    """What other people's tools say of the trees as they were built."""
    per_patch: Depth | None = None
    """How far every patch is tried; None leaves it at base and tip."""
    carry: Carry = lambda _, __: None
    kernel_tests: OwnTests | None = None
    """The tree's own tests for the touched paths, by the commits of both sides."""
    settle: Settle = all_stand
    """What is known of all findings besides: dismissed, or there since the version before."""
    plan: Plan = usual
    """Which kernels are built."""
    lines: LineTools | None = None
    """Which changed lines ran, and what makes the others run."""
    remarks: tuple[str, ...] = ()
    """What the report says of the machine, whatever is found."""
