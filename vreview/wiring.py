# SPDX-License-Identifier: GPL-2.0-or-later
"""From settings to adapters: the only module that names a concrete adapter.

Heavy imports are made where they are needed: ``vreview --help` must not wait for them.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config, from_file, from_overrides
from vreview.errors import InputError, SeriesError, StorageFailed, ToolMissing, TreeError
from vreview.model.review import Applied, Review
from vreview.model.series import Series
from vreview.rulebook import RuleBook, load_rules

if TYPE_CHECKING:
    from vreview.adapters.git.objects import GitRepo
    from vreview.adapters.host.doctor import Check
    from vreview.adapters.kbuild.builder import KbuildBuilder
    from vreview.adapters.runs import RunFolder
    from vreview.app.boot import StageTools
    from vreview.app.lint import LintResult
    from vreview.app.review import ReviewTools
    from vreview.ports import Benchmark, BootBackend, Observer, Reporter, TestSuite

VERSION = installed_version("vreview")
IMPORTED = "linux-6.1"
"""The tree that ``make setup`` imports, used when no other is named."""


def state_folder() -> Path:
    """``$XDG_STATE_HOME/vreview``: runs and sessions; losing it loses work."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "vreview"


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/vreview``: kernels, trees, build slots; deleting it loses only time."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "vreview"


def config_file() -> Path:
    """``$XDG_CONFIG_HOME/vreview/config.toml``."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "vreview" / "config.toml"


def settings(overrides: Sequence[str] = ()) -> Config:
    """The user's file, then the command line's -c."""
    return from_overrides(from_file(Config(), config_file(), trusted=True), overrides)


def tree_path(tree: Path | None, *, config: Config) -> Path:
    """The asked tree, else the configured one, else the imported one. Raises TreeError."""
    if tree is not None:
        return tree
    if config.tree:
        return Path(config.tree).expanduser()
    imported = cache_folder() / "trees" / f"{IMPORTED}.git"
    if not imported.is_dir():
        raise TreeError(
            "no kernel tree was named and none was imported",
            hint="--tree PATH, or: vreview tree import /usr/src/linux-source-6.1.tar.xz"
            f" --name {IMPORTED}",
        )
    return imported


def import_tree(source: Path, *, name: str, observer: Observer) -> Path:
    """The bare repository that holds ``source``, imported when it is not there yet."""
    from vreview.adapters.git.trees import import_tree as imported

    stem = name or source.name.removesuffix(".xz").removesuffix(".gz").removesuffix(".tar")
    return imported(source, cache_folder() / "trees" / f"{stem}.git", observer=observer)


def open_repo(tree: Path | None, *, config: Config) -> GitRepo:
    if shutil.which("git") is None:
        raise ToolMissing("git", needed_for="read a kernel tree")
    from vreview.adapters.git.objects import GitRepo

    return GitRepo(tree_path(tree, config=config))


def kernel_repo(tree: Path | None, *, config: Config) -> GitRepo:
    """A repository whose HEAD looks like a kernel. Raises TreeError."""
    path = tree_path(tree, config=config)
    repo = open_repo(path, config=config)
    head = repo.resolve("HEAD")
    absent = [f for f in ("Makefile", "Kconfig", "kernel/Makefile") if not repo.read(head, f)]
    if absent:
        raise TreeError(
            f"{path} is no kernel tree: its HEAD has no {', '.join(absent)}", hint="--tree PATH"
        )
    return repo


def read_messages(names: Sequence[str], *, tree: Path | None, config: Config) -> tuple[bytes, ...]:
    """The raw mails that were named."""
    from vreview.adapters.mail import open_source

    try:
        place: Path | None = tree_path(tree, config=config)
    except TreeError:
        place = None
    return open_source(names, mirrors=config.mirrors, tree=place, stdin=sys.stdin.buffer)


def series_from(messages: tuple[bytes, ...], *, take: int | None) -> Series:
    from vreview.parse.mail import parse_series

    return parse_series(messages, version=take)


def read_series(
    names: Sequence[str], *, config: Config, take: int | None = None, tree: Path | None = None
) -> Series:
    """The series that was named, missing patches or not."""
    return series_from(read_messages(names, tree=tree, config=config), take=take)


def rule_book(config: Config) -> RuleBook:
    return load_rules().without(config.rules_off)


def suites() -> tuple[TestSuite, ...]:
    from vreview.adapters.suites.smoke import SmokeSuite
    from vreview.adapters.suites.vhost import VhostSuite

    cache = cache_folder()
    return (SmokeSuite(cache=cache), VhostSuite(cache=cache))


def benchmarks() -> tuple[Benchmark, ...]:
    from vreview.adapters.benchmarks.vhost import VhostBenchmark

    return (VhostBenchmark(cache=cache_folder()),)


def builder(tree: Path, *, config: Config) -> KbuildBuilder:
    from vreview.adapters.kbuild.builder import KbuildBuilder
    from vreview.resources import data_folder

    return KbuildBuilder(
        tree=tree,
        cache=cache_folder(),
        fragments=data_folder("kernel-configs"),
        cc=config.cc,
        jobs=config.jobs,
        extra=config.fragments,
    )


def boot_backend(config: Config) -> BootBackend:
    """With the accelerator that was asked for, or the one that really boots."""
    from vreview.adapters.boot.auto import AutoBackend
    from vreview.adapters.boot.virtme import VirtmeBackend

    if config.accelerator == "auto":
        return AutoBackend(cache=cache_folder())
    return VirtmeBackend(accelerator=config.accelerator)


def _stored_kernel() -> Path | None:
    """Some kernel of the store: a better probe than a boot sector."""
    images = sorted((cache_folder() / "kernels").glob("*/bzImage"))
    return images[0] if images else None


def stage_tools(
    tree: Path | None, *, revision: str, config: Config, observer: Observer
) -> StageTools:
    """What one stage alone works with; its consoles and programs lie in a folder of its own.

    Raises TreeError for an unknown revision, before there is that folder.
    """
    from vreview.adapters.boot.qemu import qemu_program
    from vreview.adapters.runs import new_run as made
    from vreview.app.boot import StageTools

    repo = kernel_repo(tree, config=config)
    repo.resolve(revision)
    qemu_program()  # told before a kernel is built rather than after
    return StageTools(
        repo=repo,
        builder=builder(repo.git_folder, config=config),
        backend=boot_backend(config),
        suites=suites(),
        folder=made(state_folder() / "stages").folder,
        observer=observer,
    )


def observer(*, quiet: bool) -> AbstractContextManager[Observer]:
    from vreview.adapters.reporters.progress import ProgressObserver, QuietObserver

    return nullcontext(QuietObserver()) if quiet else ProgressObserver()


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


def runs_folder() -> Path:
    return state_folder() / "runs"


def new_run(request: ReviewRequest, names: Sequence[str], *, config: Config) -> RunFolder:
    """Reads the series' mails and keeps them with the request in a new run folder."""
    from vreview.adapters.runs import new_run as made

    tree = Path(request.tree) if request.tree else None
    messages = read_messages(names, tree=tree, config=config)
    _whole(series_from(messages, take=request.take))
    run = made(runs_folder())
    try:
        run.save_messages(messages)
        run.save("run", {"schema": 1, "version": VERSION, "names": list(names), **asdict(request)})
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
    return ReviewRequest(**fields), run  # type: ignore[arg-type]


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
    from vreview.adapters.suites.registry import chosen
    from vreview.app.apply import apply as apply_series
    from vreview.app.journal import Journal
    from vreview.app.lint import lint
    from vreview.app.review import ReviewTools
    from vreview.app.trial import Lab

    tree = Path(request.tree) if request.tree else None
    repo = None if request.no_tree else kernel_repo(tree, config=config)
    if repo is not None and {"boot", "test", "perf"} & set(request.stages):
        qemu_program()  # told before the kernels are built rather than after
    rules = rule_book(config)
    chosen(suites(), (), asked=config.suites)  # an unknown name is told before anything is built

    def apply(series: Series) -> Applied:
        assert repo is not None
        return apply_series(series, repo, base=request.base)

    def linted(series: Series, applied: Applied | None) -> LintResult:
        whole = applied is not None and applied.complete
        return lint(
            series,
            repo=repo if whole else None,
            applied=applied,
            rulebook=rules,
        )

    return ReviewTools(
        apply=apply,
        lint=linted,
        lab=Lab(
            builder=builder(repo.git_folder if repo else Path(), config=config),
            backend=boot_backend(config),
            journal=Journal(run),
            folder=run.folder,
            observer=observer,
        ),
        suites_for=lambda touched: chosen(suites(), touched, asked=config.suites),
        benchmarks=benchmarks(),
        clock=time.monotonic,
        wall_boots=request.wall_boots,
    )


def reporter(form: str, *, tty: bool) -> Reporter:
    from vreview.adapters.git.identity import identity
    from vreview.adapters.reporters.jsonreport import JsonReporter
    from vreview.adapters.reporters.mail import MailReporter
    from vreview.adapters.reporters.terminal import TerminalReporter

    if form == "json":
        return JsonReporter(version=VERSION)
    if form == "mail":
        return MailReporter(sender=identity(os.environ), version=VERSION)
    width = max(shutil.get_terminal_size((100, 24)).columns, 20) if tty else 100
    return TerminalReporter(width=width, color=tty and not os.environ.get("NO_COLOR"))


def reports(review: Review) -> dict[str, str]:
    """All forms of a report, by the ending of the file that keeps it."""
    forms = {"txt": "text", "json": "json", "mbox": "mail"}
    return {end: reporter(form, tty=False).render(review) for end, form in forms.items()}


def keep(path: Path, text: str) -> None:
    from vreview.adapters.files import write_whole

    write_whole(path, text.encode(errors="backslashreplace"))


def _distribution() -> str:
    from vreview.adapters.host.packages import distribution

    release = Path("/etc/os-release")
    return distribution(release.read_text()) if release.exists() else ""


def install_missing() -> None:
    """``doctor --fix``: the missing packages, where we know how."""
    from vreview.adapters.host.doctor import missing_packages
    from vreview.adapters.host.packages import install

    absent = missing_packages()
    if absent:
        install(absent, _distribution())


def checks(config: Config, *, tree: Path | None, refresh: bool) -> tuple[Check, ...]:
    """The doctor's lines."""
    from vreview.adapters.boot.accelerator import probe
    from vreview.adapters.host.doctor import (
        Check,
        State,
        folder_check,
        looked_at,
        package_checks,
    )

    def the_tree() -> Check:
        repo = kernel_repo(tree, config=config)
        head = repo.resolve("HEAD")
        return Check("kernel tree", State.OK, f"{repo.git_folder}, {repo.subject(head)!r}")

    def the_accelerator() -> Check:
        found = probe(cache=cache_folder(), refresh=refresh, kernel=_stored_kernel())
        return Check("accelerator", State.OK, f"{found.name}: {found.why} ({found.when})")

    return (
        *package_checks(_distribution()),
        folder_check("cache", cache_folder()),
        folder_check("state", state_folder()),
        looked_at("kernel tree", the_tree),
        looked_at("accelerator", the_accelerator),
    )
