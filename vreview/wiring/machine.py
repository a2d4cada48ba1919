# SPDX-License-Identifier: GPL-2.0-or-later
"""What builds, boots, tests and measures, and one stage's share of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config
from vreview.rulebook import RuleBook, load_rules
from vreview.wiring.places import cache_folder, state_folder
from vreview.wiring.sources import kernel_repo
from vreview.wiring.trust import confinement, own_commits

if TYPE_CHECKING:
    from vreview.adapters.kbuild.builder import KbuildBuilder
    from vreview.app.boot import StageTools
    from vreview.ports import Benchmark, BootBackend, Observer, TestSuite


def rule_book(config: Config) -> RuleBook:
    """The rules that ship with vreview, but those that the settings turn off."""
    from vreview.adapters.tables import ParsedTables

    tables = ParsedTables(cache_folder() / "rules.json")
    book = load_rules(read=tables.read)
    tables.keep()
    return book.without(config.rules_off)


def suites(config: Config | None = None) -> tuple[TestSuite, ...]:
    """Ours, then the user's commands of the settings. Raises InputError for one of those that
    could not run in the guest."""
    from vreview.adapters.suites.ours import OURS

    cache = cache_folder()
    ours: tuple[TestSuite, ...] = tuple(suite(cache=cache) for suite in OURS)
    return (*ours, *commands(config, taken=[one.name for one in ours]))


def commands(config: Config | None, *, taken: Sequence[str]) -> tuple[TestSuite, ...]:
    """The user's commands of the settings, as suites."""
    made: list[TestSuite] = []
    if config is not None and config.suite_commands:
        from vreview.adapters.suites.command import command_suite

        for text in config.suite_commands:
            names = (*taken, *(one.name for one in made))
            made.append(command_suite(text, folder=Path.home(), taken=names))
    return tuple(made)


def command_settings(texts: Sequence[str]) -> tuple[str, ...]:
    """--suite-command as settings, with files by their whole paths: a run that is resumed from
    another folder runs the same. Raises InputError."""
    if not texts:
        return ()
    from vreview.adapters.suites.command import command_suite

    made = [command_suite(text, folder=Path.cwd()) for text in texts]
    return tuple(f"suite_commands={one.name}={one.command}" for one in made)


def benchmarks() -> tuple[Benchmark, ...]:
    from vreview.adapters.benchmarks.vhost import VhostBenchmark

    return (VhostBenchmark(cache=cache_folder()),)


def builder(tree: Path, *, config: Config, reviewing: bool = False) -> KbuildBuilder:
    """``reviewing``: of what is untrusted, what HEAD holds is the tree's own all the same."""
    from vreview.adapters.kbuild.builder import KbuildBuilder
    from vreview.resources import data_folder

    return KbuildBuilder(
        tree=tree,
        cache=cache_folder(),
        fragments=data_folder("kernel-configs"),
        cc=config.cc,
        jobs=config.jobs,
        confinement=confinement(config),
        own=own_commits(tree, config, reviewing=reviewing),
    )


def boot_backend(config: Config) -> BootBackend:
    """With the accelerator that was asked for, or the one that really boots; a boot that is lost
    is repeated once. What killed boots left behind is removed first. What is untrusted
    boots from an initramfs of ours, in the sandbox."""
    from vreview.adapters.boot.auto import AutoBackend
    from vreview.adapters.boot.lost import Repeated
    from vreview.adapters.boot.virtme import VirtmeBackend
    from vreview.adapters.leftovers import sweep

    sweep()
    within = confinement(config)
    if config.accelerator == "auto":
        return Repeated(AutoBackend(cache=cache_folder(), confinement=within))
    if within.strict:
        from vreview.adapters.boot.qemu import QemuBackend

        return Repeated(QemuBackend(accelerator=config.accelerator, confinement=within))
    return Repeated(VirtmeBackend(accelerator=config.accelerator))


def stored_kernel() -> Path | None:
    """Some kernel of the store: a better probe than a boot sector."""
    images = sorted((cache_folder() / "kernels").glob("*/bzImage"))
    return images[0] if images else None


def debug_settings(names: Sequence[str]) -> tuple[str, ...]:
    """--debug as a setting."""
    return (f"debug={','.join(names)}",) if names else ()


def kernel_fragments(config: Config) -> tuple[str, ...]:
    """The fragments that the settings ask for, ``debug`` and all.

    Raises ConfigError for one that there is not, and for two that exclude each other.
    """
    from vreview.adapters.kbuild.builder import read_fragment
    from vreview.logic.recipes import NONE, refuse_exclusive
    from vreview.resources import data_folder

    names = (*config.fragments, *(name for name in config.debug if name != NONE))
    for name in names:
        read_fragment(data_folder("kernel-configs"), name)
    refuse_exclusive(names)
    return names


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
        suites=suites(config),
        folder=made(state_folder() / "stages").folder,
        observer=observer,
        fragments=kernel_fragments(config),
    )
