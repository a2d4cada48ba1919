# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree's own tests that a series chooses, bound to the tree, the slot and the tables."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config
from vreview.wiring.places import cache_folder
from vreview.wiring.trust import confinement, own_commits

if TYPE_CHECKING:
    from vreview.adapters.kbuild.builder import KbuildBuilder
    from vreview.adapters.suites.kselftest import SelftestSuite
    from vreview.app.kerneltests import KernelTests
    from vreview.app.options import Asks
    from vreview.logic.testchoice import Chooser
    from vreview.model.chosen import Chosen, Selftest
    from vreview.model.series import Oid
    from vreview.ports import Repo

KUNIT, SELFTESTS = "kunit", "kselftest"
_TARGET = re.compile(r"^\s*TARGETS \+= (\S+)", re.MULTILINE)
UNIT_TESTED = ("lean", ("kunit",))
"""Profile and fragments of the kernel with the unit tests."""


def kernel_tests(
    touched: Sequence[str],
    base: Oid,
    tip: Oid,
    *,
    repo: Repo,
    tree: Path,
    builder: KbuildBuilder,
    config: Config,
) -> KernelTests:
    """What the tip's tree has for the touched files. Reads, and builds nothing yet."""
    from vreview.app.kerneltests import KernelTests
    from vreview.logic.testchoice import fit, told

    wanted = frozenset(config.kernel_tests)
    if not wanted:
        return KernelTests()
    read = _reader(repo, tip)
    chooser = _chooser(read)
    chosen = chooser.choose(touched)
    targets = fit(chosen.selftests, chooser.selftests) if SELFTESTS in wanted else ()
    unit = KernelTests()
    if KUNIT in wanted:
        unit = _unit(chosen, read, tip, builder=builder, config=config)
    suite = _selftests(targets, base, tip, chooser, tree=tree, config=config) if targets else None
    return KernelTests(
        told=told(chosen, chooser.selftests),
        kunit=unit.kunit,
        kunit_recipe=unit.kunit_recipe,
        selftests=suite,
        options=_asks(targets, chooser, read),
        notes=(lambda: tuple(suite.remarks)) if suite is not None else tuple,
    )


def _chooser(read: Callable[[str], str | None]) -> Chooser:
    from vreview.logic.testchoice import SELFTESTS as FOLDER
    from vreview.logic.testchoice import Chooser
    from vreview.parse.maintainers import sections
    from vreview.parse.testtables import kunit_table, selftest_table
    from vreview.resources import data_folder

    tables = data_folder("test-tables")
    unit, self = tables / "kunit.toml", tables / "selftests.toml"
    return Chooser(
        read=read,
        sections=sections(read("MAINTAINERS") or ""),
        targets=tuple(_TARGET.findall(read(f"{FOLDER}/Makefile") or "")),
        kunit=kunit_table(unit.read_text(), source=str(unit)),
        selftests=selftest_table(self.read_text(), source=str(self)),
    )


def _reader(repo: Repo, commit: Oid) -> Callable[[str], str | None]:
    @functools.cache
    def read(path: str) -> str | None:
        data = repo.read(commit, path)
        return None if data is None else data.decode(errors="replace")

    return read


def _unit(
    chosen: Chosen,
    read: Callable[[str], str | None],
    tip: Oid,
    *,
    builder: KbuildBuilder,
    config: Config,
) -> KernelTests:
    from vreview.adapters.suites.kunit import KunitSuite
    from vreview.app.kerneltests import KernelTests
    from vreview.app.options import choose_options, with_asks
    from vreview.logic.kunitoptions import kunit_asks
    from vreview.logic.treeoptions import TreeOptions
    from vreview.model.kernel import Recipe
    from vreview.parse.kconfig import parse_config

    if not chosen.kunit:
        return KernelTests()
    profile, fragments = UNIT_TESTED
    plain = Recipe(profile, (*fragments, *config.fragments), options=kunit_asks(chosen.kunit, read))

    @functools.cache
    def recipe() -> Recipe:
        """With what the tests' sources need besides, as far as Kconfig agrees."""

        def configure(asks: Asks) -> Mapping[str, str] | None:
            found = builder.configured(tip, recipe=with_asks(plain, asks))
            return None if found is None else parse_config(found.text)

        sources = [source for test in chosen.kunit for source in test.sources]
        return with_asks(plain, choose_options(sources, TreeOptions(read), configure).options)

    names = tuple(name for test in chosen.kunit for name in test.suites)
    return KernelTests(kunit=KunitSuite(names), kunit_recipe=recipe)


def _selftests(
    targets: Sequence[Selftest],
    base: Oid,
    tip: Oid,
    chooser: Chooser,
    *,
    tree: Path,
    config: Config,
) -> SelftestSuite:
    """The tip's targets; one that only the base can build is taken from there."""
    from vreview.adapters.kbuild.selftests import BuiltTarget, SelftestBuilder
    from vreview.adapters.kbuild.units import SlotTrees
    from vreview.adapters.suites.kselftest import SelftestSuite

    trees = SlotTrees(
        tree,
        cache_folder(),
        cc=config.cc,
        jobs=config.jobs,
        confinement=confinement(config),
        own=own_commits(tree, config, reviewing=True),
    )
    builder = SelftestBuilder(trees)
    names = tuple(one.target for one in targets)

    def build(folder: Path) -> tuple[BuiltTarget, ...]:
        made = builder.build(tip, names, folder)
        failed = tuple(one.target for one in made if not one.files)
        again = {o.target: o for o in builder.build(base, failed, folder)} if failed else {}
        return tuple(again.get(one.target, one) for one in made)

    return SelftestSuite(build, chooser.selftests.programs)


def _asks(
    targets: Sequence[Selftest], chooser: Chooser, read: Callable[[str], str | None]
) -> tuple[tuple[str, str], ...]:
    """What the targets ask for, built in: a guest loads no modules. Their own config files, but
    where only some of their programs run, what the table says of those: an option that many files
    read rebuilds the kernel."""
    from vreview.logic.testchoice import SELFTESTS as FOLDER
    from vreview.parse.kunit import kunitconfig

    asks: dict[str, str] = {}
    for one in targets:
        row = chooser.selftests.row(one.target)
        if row.programs:
            asks |= dict.fromkeys(row.options, "y")
        else:
            asks |= dict(kunitconfig(read(f"{FOLDER}/{one.target}/config") or ""))
    return tuple(sorted(asks.items()))
