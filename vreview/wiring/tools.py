# SPDX-License-Identifier: GPL-2.0-or-later
"""Other people's tools: which there are, which are asked, what the doctor says of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.app.panel import Panel
from vreview.config import Config
from vreview.errors import ConfigError
from vreview.wiring.places import cache_folder
from vreview.wiring.trust import confinement, own_commits

if TYPE_CHECKING:
    from vreview.adapters.host.doctor import Check
    from vreview.app.trial import FindLines
    from vreview.ports import BuiltTrees, SecondEye


def panel_settings(names: Sequence[str], folders: Sequence[Path], *, off: bool) -> tuple[str, ...]:
    """--tool, --no-tools and --rules as settings, so that a run that is resumed asks the same."""
    chosen = (f"tools={','.join(names)}",) if names or off else ()
    return (
        *chosen,
        *((f"rules={','.join(str(f.resolve()) for f in folders)}",) if folders else ()),
    )


def panel(tree: Path | None, *, config: Config) -> Panel:
    """The tools and the rule folders of the settings. Raises ConfigError for one that is unknown.

    ``tree`` is the repository that has the scripts.
    """
    eyes = _chosen(tree or Path(), config) if config.tools else []
    if config.rules:
        from vreview.adapters.customrules import CustomRules, custom_rules

        folders = (Path(name).expanduser() for name in config.rules)
        rules = tuple(rule for f in folders for rule in custom_rules(f))
        eyes.append(CustomRules(rules, confinement=confinement(config)))
    return Panel(tuple(eyes), jobs=config.jobs or len(os.sched_getaffinity(0)))


def _chosen(tree: Path, config: Config) -> list[SecondEye]:
    known = _known(tree, config)
    unknown = [name for name in config.tools if name not in known]
    if unknown:
        raise ConfigError(f"there is no tool {unknown[0]!r}", hint=f"known: {', '.join(known)}")
    return [known[name]() for name in dict.fromkeys(config.tools)]


def built_trees(tree: Path, *, config: Config) -> BuiltTrees:
    from vreview.adapters.kbuild.units import SlotTrees

    return SlotTrees(
        tree,
        cache_folder(),
        cc=config.cc,
        jobs=config.jobs,
        confinement=confinement(config),
        own=own_commits(tree, config, reviewing=True),
    )


def stack_lines(tree: Path, *, config: Config) -> FindLines:
    """How the frames of a kernel's stacks become lines of its source."""
    from vreview.adapters.kbuild.lines import SlotLines
    from vreview.adapters.kbuild.units import SlotTrees

    trees = SlotTrees(tree, cache_folder(), cc=config.cc, jobs=config.jobs)
    return SlotLines(trees).places


def tool_checks(config: Config) -> tuple[Check, ...]:
    """A line for each tool. None of them has to be there: what is missing costs what it would
    have said."""
    from vreview.adapters.host.doctor import Check, State
    from vreview.errors import VreviewError

    found = []
    for name, made in _known(Path(), config).items():
        eye, asked = made(), "asked by review" if name in config.tools else "asked with --tool"
        try:
            found.append(Check(name, State.OK, f"{eye.version()}; {asked}"))
        except VreviewError:
            wanted = name in config.tools
            state, hint = (State.WARN, eye.install) if wanted else (State.OK, "")
            found.append(Check(name, state, f"not installed; {asked}", hint))
    return tuple(found)


def _known(tree: Path, config: Config) -> dict[str, Callable[[], SecondEye]]:
    from vreview.adapters.tools.analyzer import Analyzer
    from vreview.adapters.tools.checkpatch import Checkpatch
    from vreview.adapters.tools.clangtidy import ClangTidy
    from vreview.adapters.tools.coccinelle import Coccinelle
    from vreview.adapters.tools.extrawarn import ExtraWarnings
    from vreview.adapters.tools.kerneldoc import KernelDoc
    from vreview.adapters.tools.smatch import Smatch
    from vreview.adapters.tools.sparse import Sparse
    from vreview.adapters.tools.treescripts import TreeScripts

    scripts, within = TreeScripts(tree, cache_folder()), confinement(config)
    return {
        "checkpatch": lambda: Checkpatch(scripts, confinement=within),
        "coccinelle": lambda: Coccinelle(scripts, confinement=within),
        "sparse": lambda: Sparse(confinement=within),
        "kernel-doc": lambda: KernelDoc(scripts, confinement=within),
        "W=1": lambda: ExtraWarnings(config.cc, confinement=within),
        "smatch": lambda: Smatch(confinement=within),
        "fanalyzer": lambda: Analyzer(config.cc, confinement=within),
        "clang-tidy": lambda: ClangTidy(confinement=within),
    }
