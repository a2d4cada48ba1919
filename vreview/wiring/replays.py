# SPDX-License-Identifier: GPL-2.0-or-later
"""Reproducers of a review, and what replays them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config
from vreview.wiring.machine import benchmarks, boot_backend, builder, suites
from vreview.wiring.places import state_folder, version
from vreview.wiring.sources import kernel_repo, series_from
from vreview.wiring.tools import stack_lines

if TYPE_CHECKING:
    from vreview.adapters.runs import RunFolder
    from vreview.app.replay import ReplayTools
    from vreview.app.trial import Exercise
    from vreview.model.reproducer import Reproducer
    from vreview.model.review import Review
    from vreview.model.series import Series
    from vreview.ports import Observer

FOLDER = "reproducers"


def keep_reproducers(review: Review, run: RunFolder, *, config: Config) -> tuple[Path, ...]:
    """Writes a folder for each failure that the review's builds and boots showed; their paths.

    Raises StorageFailed.
    """
    from vreview.adapters.kbuild.make import probe_toolchain
    from vreview.adapters.reproducers import write_reproducer
    from vreview.app.journal import Journal
    from vreview.logic.reproducing import reproducers
    from vreview.model.kernel import Recipes

    if not (review.findings and review.tip_trials):
        return ()
    recipes = Journal(run).once("recipes", Recipes, Recipes)
    made = reproducers(review, recipes, toolchain=probe_toolchain(config.cc))
    folders = []
    for one in made:
        folder = run.folder / FOLDER / one.name
        files = dict(_files(one, review, folder, config))
        write_reproducer(folder, one, mails=run.messages() or (), files=files)
        folders.append(folder)
    return tuple(folders)


def _files(
    made: Reproducer, review: Review, folder: Path, config: Config
) -> Iterator[tuple[str, bytes]]:
    from vreview.adapters.boot.byhand import by_hand
    from vreview.adapters.kbuild.make import variables
    from vreview.adapters.mail.asmail import as_mail
    from vreview.adapters.reporters.reproduction import BUILT, readme
    from vreview.logic.reproducing import patches_in, trials_of

    trial = next(
        one for one in trials_of(review) if (one.profile, one.tree) == (made.kernel, made.tip)
    )
    assert trial.built is not None
    # What did not build left no configuration; that of the base is of the same recipe.
    alike = (trial, *(one for one in review.base_trials if one.profile == made.kernel))
    kernels = (one.built.kernel for one in alike if one.built is not None)
    kernel = next((kernel for kernel in kernels if kernel is not None), None)
    if kernel is not None:
        yield "config", kernel.config.text.encode()
    if trial.built.log.is_file():
        yield "build.log", trial.built.log.read_bytes()
    for patch in review.series.patches[: patches_in(review, made.tip)]:
        yield (
            f"patches/{patch.n:04d}.patch",
            as_mail(patch, total=len(review.series.patches)),
        )
    boot: tuple[str, ...] = ()
    exercise = exercise_of(made) if made.suite else None
    if exercise is not None:
        place = folder / "guest"
        place.mkdir(parents=True, exist_ok=True)
        hand = by_hand(exercise.prepare(place), image=BUILT, accelerator=made.accelerator)
        boot = hand.argv
        yield "initrd.cpio", hand.initrd
        run = next(run for run in trial.runs if run.name == made.suite)
        if run.booted.console.is_file():
            yield "console.then.txt", run.booted.console.read_bytes()
    text = readme(made, version=version(), make=variables(config.cc), boot=boot)
    yield "README.md", text.encode(errors="replace")


def exercise_of(made: Reproducer) -> Exercise | None:
    """What ran in the guest when the failure was seen; None where there is nothing of the name."""
    from vreview.app.trial import benchmark_exercise, suite_exercise
    from vreview.model.bench import Mode

    for suite in suites():
        if suite.name == made.suite:
            return suite_exercise(suite, made.recipe, kernel=made.kernel)
    for benchmark in benchmarks():
        for mode in Mode:
            one = benchmark_exercise(benchmark, mode, boots=1, recipe=made.recipe)
            if one.name == made.suite:
                return one
    return None


def replay_tools(tree: Path | None, *, config: Config, observer: Observer) -> ReplayTools:
    """What a replay works with; its consoles lie in a folder of its own. Raises TreeError."""
    from vreview.adapters.boot.qemu import qemu_program
    from vreview.adapters.runs import new_run
    from vreview.app.journal import Journal
    from vreview.app.replay import ReplayTools
    from vreview.app.trial import Lab

    repo = kernel_repo(tree, config=config)
    qemu_program()  # told before a kernel is built rather than after
    run = new_run(state_folder() / "replays")
    lab = Lab(
        builder=builder(repo.git_folder, config=config),
        backend=boot_backend(config),
        journal=Journal(run),
        folder=run.folder,
        observer=observer,
        lines=stack_lines(repo.git_folder, config=config),
    )
    return ReplayTools(repo, lab, exercise_of)


def reproducer_of(folder: Path) -> tuple[Reproducer, Series]:
    """What a folder says, and the series in it. Raises InputError, SeriesError."""
    from vreview.adapters.reproducers import read_reproducer

    made, mails = read_reproducer(folder)
    return made, series_from(mails, take=None)
