# SPDX-License-Identifier: GPL-2.0-or-later
"""A review's request, its run folder, and the tools that it works with."""

from __future__ import annotations

import functools
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config
from vreview.errors import InputError, SeriesError, StorageFailed
from vreview.logic.flaky import matching, without_known_flaky
from vreview.logic.settle import Version, settled
from vreview.model.review import Applied, Finding, Settled
from vreview.model.series import Oid, Series
from vreview.model.walk import Depth
from vreview.wiring.findings import dismissals, known_flaky, today
from vreview.wiring.index import function_index
from vreview.wiring.kerneltests import kernel_tests
from vreview.wiring.machine import benchmarks, boot_backend, builder, rule_book, suites
from vreview.wiring.places import cache_folder, runs_folder, version
from vreview.wiring.sources import kernel_repo, read_messages, series_from
from vreview.wiring.tools import built_trees, panel, stack_lines
from vreview.wiring.trust import confinement, trust_remarks

if TYPE_CHECKING:
    from vreview.adapters.runs import RunFolder
    from vreview.app.kerneltests import KernelTests
    from vreview.app.lint import LintResult
    from vreview.app.options import Asks
    from vreview.app.reviewtools import ReviewTools
    from vreview.app.trial import Side
    from vreview.model.trial import Built
    from vreview.ports import Observer


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """What a review was asked for: kept with the run, so that --resume asks for the same."""

    tree: str
    base: str | None
    take: int | None
    stages: tuple[str, ...]
    no_tree: bool
    wall_boots: int
    settings: tuple[str, ...] = ()
    """The -c of the command line."""
    since: bool = False
    """The mails of the version before are kept with the run, too."""
    per_patch: str = ""
    """A Depth's word, or "" for base and tip alone."""
    inject: bool | None = None
    """Whether calls are made to fail; None where error paths did not run."""


def new_run(
    request: ReviewRequest, names: Sequence[str], *, config: Config, since: str = ""
) -> RunFolder:
    """Reads the series' mails, and those of the version before when one is named, and keeps them
    with the request in a new run folder."""
    from vreview.adapters.runs import new_run as made

    tree = Path(request.tree) if request.tree else None
    messages = read_messages(names, tree=tree, config=config)
    _whole(series_from(messages, take=request.take))
    before = read_messages([since], tree=tree, config=config) if since else ()
    if since:
        series_from(before, take=None)  # told before anything is built
    run = made(runs_folder())
    try:
        run.save_messages(messages)
        if since:
            _earlier(run).save_messages(before)
        run.save(
            "run", {"schema": 1, "version": version(), "names": list(names), **asdict(request)}
        )
    except StorageFailed:
        forget(run)
        raise
    return run


def forget(run: RunFolder) -> None:
    """Removes a run that --resume could do nothing with."""
    shutil.rmtree(run.folder, ignore_errors=True)


def resumed_run(name: str) -> tuple[ReviewRequest, RunFolder]:
    """The newest interrupted run, or the one named. Raises InputError."""
    from vreview.adapters.runs import unfinished_run

    run = unfinished_run(runs_folder(), name)
    kept: Mapping[str, object] = run.load("run") or {}
    fields = {key: kept.get(key) for key in ReviewRequest.__slots__}
    stages = fields["stages"]
    if not isinstance(stages, list):
        raise InputError(f"{run.folder} holds no request that could be resumed")
    fields["stages"] = tuple(stages)
    given = fields["settings"]
    fields["settings"] = tuple(given) if isinstance(given, list) else ()
    fields["since"] = fields["since"] is True
    fields["per_patch"] = fields["per_patch"] or ""
    return ReviewRequest(**fields), run  # type: ignore[arg-type]


def _earlier(run: RunFolder) -> RunFolder:
    """Where the mails of the version before lie."""
    from vreview.adapters.runs import RunFolder as Folder

    return Folder(run.folder / "before")


def series_of(run: RunFolder, request: ReviewRequest) -> Series:
    """The series of a run, from the mails that it kept."""
    messages = run.messages()
    if messages is None:
        raise InputError(f"{run.folder} was interrupted before it had read the series",
                         hint="vreview review SERIES")  # fmt: skip
    return _whole(series_from(messages, take=request.take))


def _whole(series: Series) -> Series:
    """Raises SeriesError for a series of which patches are missing."""
    if series.missing:
        numbers = ", ".join(f"{n}/{series.total}" for n in series.missing)
        raise SeriesError(
            f"of {series.title!r} these patches are missing: {numbers}",
            hint="get the whole thread, or look at what is there: vreview lint SERIES",
        )
    return series


def review_tools(
    request: ReviewRequest, run: RunFolder, *, config: Config, observer: Observer
) -> ReviewTools:
    """Everything that a review works with, bound to its tree and its run."""
    from vreview.adapters.boot.qemu import qemu_program
    from vreview.adapters.kbuild.gcov import GcovReader
    from vreview.adapters.suites.inject import FailingCalls
    from vreview.adapters.suites.registry import chosen
    from vreview.app.apply import apply as apply_series
    from vreview.app.coverage import covered
    from vreview.app.inject import LineTools
    from vreview.app.journal import Journal
    from vreview.app.lint import lint
    from vreview.app.observed import both_commits
    from vreview.app.reviewtools import ReviewTools, usual
    from vreview.app.secondeyes import look_at_builds, look_at_series, with_others
    from vreview.app.trial import Lab, Side
    from vreview.app.versions import earlier, version_of
    from vreview.wiring.recipes import planner

    tree = Path(request.tree) if request.tree else None
    repo = None if request.no_tree else kernel_repo(tree, config=config)
    if repo is not None and {"boot", "test", "perf"} & set(request.stages):
        qemu_program()  # told before the kernels are built rather than after
    rules = rule_book(config)
    eyes = panel(repo.git_folder if repo else None, config=config)
    known_suites = suites(config)
    chosen(
        known_suites, (), asked=config.suites
    )  # an unknown name is told before anything is built

    def apply(series: Series) -> Applied:
        assert repo is not None
        return apply_series(series, repo, base=request.base)

    def linted(series: Series, applied: Applied | None) -> LintResult:
        whole = applied is not None and applied.complete
        ours = lint(
            series,
            repo=repo if whole else None,
            applied=applied,
            rulebook=rules,
            index=function_index(repo, rules) if repo is not None else None,
        )
        return with_others(ours, look_at_series(series, applied, repo=repo, panel=eyes))

    def asked(series: Series, applied: Applied, built: Mapping[Side, Built]) -> LintResult:
        assert repo is not None
        trees = built_trees(repo.git_folder, config=config)
        return look_at_builds(series, applied, built, repo=repo, trees=trees, panel=eyes)

    def carry(commit: Oid, onto: Oid) -> Oid | None:
        assert repo is not None
        return repo.carried(commit, onto=onto)

    @functools.cache
    def of_tree(touched: tuple[str, ...], base: Oid, tip: Oid) -> KernelTests:
        assert repo is not None
        return kernel_tests(
            touched, base, tip, repo=repo, tree=repo.git_folder, builder=build, config=config
        )

    def own_tests(touched: Sequence[str], commits: Mapping[Side, Oid]) -> KernelTests:
        return of_tree(tuple(touched), commits[Side.BASE], commits[Side.TIP])

    def test_options(series: Series, applied: Applied) -> Asks:
        commits = both_commits(applied)
        return own_tests(series.paths, commits).options if commits else ()

    known, day = dismissals(config), today()
    tested = {"boot", "test", "perf"} & set(request.stages)
    flaky = known_flaky(config) if tested else ()
    journal = Journal(run)
    build = builder(repo.git_folder if repo else Path(), config=config, reviewing=True)

    def settle(series: Series, result: LintResult | None, findings: Sequence[Finding]) -> Settled:
        before, now = None, None
        if request.since and result is not None:
            mails = _earlier(run).messages() or ()
            before = journal.once(
                "before",
                Version,
                lambda: earlier(
                    series_from(mails, take=None),
                    apply=None if repo is None else lambda s, on: apply_series(s, repo, base=on),
                    lint=linted,
                    base=request.base,
                ),
            )
            now = version_of(series, result)
        told = settled(findings, dismissals=known, today=day, before=before, now=now)
        return without_known_flaky(told, flaky=flaky, today=day)

    return ReviewTools(
        apply=apply,
        lint=linted,
        others=asked if repo is not None else None,
        settle=settle,
        plan=planner(repo, build, test_options, config=config, observer=observer)
        if repo
        else usual,
        lab=Lab(
            builder=build,
            backend=boot_backend(config),
            journal=journal,
            folder=run.folder,
            observer=observer,
            lines=stack_lines(repo.git_folder, config=config) if repo else None,
            counter=GcovReader(confinement(config)),
        ),
        suites_for=lambda touched: chosen(known_suites, touched, asked=config.suites),
        benchmarks=benchmarks(),
        clock=time.monotonic,
        wall_boots=request.wall_boots,
        runs=max(1, config.runs),
        again=config.again,
        excused=lambda one: matching(one, [f for f in flaky if f.until >= day]) is not None,
        kernel_tests=own_tests if repo is not None else None,
        per_patch=Depth(request.per_patch) if request.per_patch else None,
        carry=carry,
        lines=LineTools(
            partial(covered, repo=repo), FailingCalls(cache=cache_folder()), request.inject
        )
        if repo
        else None,
        remarks=trust_remarks(config),
    )
