# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kernels a review builds, with the tree and the machine's Kconfig at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from vreview.app.options import AUTO, Asks, choose_options, single_options, with_asks
from vreview.config import Config
from vreview.logic.recipes import recipes_for, with_options
from vreview.logic.treeoptions import TreeOptions
from vreview.model.kernel import Recipes
from vreview.model.review import Applied, Finding, Stage
from vreview.model.series import Oid, Series
from vreview.parse.kconfig import parse_config
from vreview.wiring.machine import kernel_fragments

if TYPE_CHECKING:
    from vreview.adapters.kbuild.builder import KbuildBuilder
    from vreview.app.reviewtools import Plan
    from vreview.ports import Observer, Repo


def planner(
    repo: Repo,
    builder: KbuildBuilder,
    of_tests: Callable[[Series, Applied], Asks],
    *,
    config: Config,
    observer: Observer,
) -> Plan:
    """The recipes for a series: by the settings, with the options that compile what it touches and,
    ``of_tests``, those that the chosen selftests want.

    Raises ConfigError for settings that cannot be, before anything is built.
    """
    kernel_fragments(config)
    asked = single_options([word for word in config.options if word != AUTO])
    auto = AUTO in config.options

    def plan(
        series: Series, applied: Applied, findings: Sequence[Finding], heavy: frozenset[Stage]
    ) -> Recipes:
        tested = of_tests(series, applied) if Stage.TEST in heavy else ()
        recipes = recipes_for(
            series.paths, findings, stages=heavy,
            fragments=config.fragments, debug=config.debug, options=asked,
        )  # fmt: skip
        if recipes.test is not None and tested:
            recipes = replace(recipes, test=with_asks(recipes.test, tested))
        tip, base = applied.tip, applied.base.commit
        test = recipes.test
        if tip is None or base is None or test is None:
            return recipes
        # What Kconfig says changes only with its files, and the base is often configured already.
        judged = tip if any(_of_kconfig(path) for path in series.paths) else base

        def configure(asks: Asks) -> Mapping[str, str] | None:
            found = builder.configured(judged, recipe=with_asks(test, asks))
            return None if found is None else parse_config(found.text)

        tree = TreeOptions(lambda path: _read(repo, tip, path))
        observer.begin("choose options")
        chosen = choose_options(series.paths, tree, configure, add=auto)
        names = ", ".join(symbol for symbol, _ in chosen.options)
        observer.end("choose options", names or "none is needed")
        return with_options(
            recipes,
            chosen.options,
            counted=[
                path
                for path in series.paths
                if tree.countable(path) and tree.compiles(path, chosen.config)
            ],
            added=chosen.added,
            blocked=chosen.blocked,
        )

    return plan


def _of_kconfig(path: str) -> bool:
    return PurePosixPath(path).name.startswith("Kconfig") or path.startswith("scripts/")


def _read(repo: Repo, commit: Oid, path: str) -> str | None:
    data = repo.read(commit, path)
    return None if data is None else data.decode(errors="replace")
