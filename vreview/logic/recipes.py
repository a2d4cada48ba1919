# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kernels a review builds: from what the series touches, what was found, and what was asked.

The test kernel counts the lines of the touched files and can inject faults; a second one, the
hunt, has the checkers that slow a guest down. Base and tip are built by the same recipes. Does not
know which options compile a file (``logic.options``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from vreview.errors import ConfigError
from vreview.model.kernel import Recipe, Recipes
from vreview.model.observation import Category
from vreview.model.review import Finding, Stage

TESTED = ("gcov", "fault-injection")
"""What the test kernel of a review has over test.config."""

MEMORY = ("kasan", "kmemleak")
"""What the hunt has over that when it is chosen by findings or files."""

HUNTING = frozenset({*MEMORY, "kcsan", "ubsan"})
"""Fragments that make a kernel slow or rebuild every object of it: never on without a reason."""

NONE = "none"
"""In ``debug``: no hunt, whatever was found."""

_SUSPECT = frozenset({Category.UAF, Category.LEAK, Category.UNINIT})
_CHECKERS = (
    # Files whose fault only the checker itself would show.
    ("mm/kasan/", MEMORY),
    ("mm/kmemleak.c", MEMORY),
    ("mm/slub.c", MEMORY),
    ("mm/slab", MEMORY),
    ("kernel/kcsan/", ("kcsan",)),
    ("lib/ubsan.c", ("ubsan",)),
)
_EXCLUSIVE = (("kasan", "kcsan"),)
_HOST = ("tools/", "samples/", "Documentation/", "scripts/", "usr/")
_UNCOUNTED = re.compile(
    # Runs before, or outside, the kernel proper: counters there would be written to nowhere.
    r"arch/(?!x86/)|arch/x86/(?:boot|entry/vdso|purgatory|realmode|um|platform/efi)/"
    r"|drivers/firmware/efi/libstub/|kernel/gcov/"
)


def recipes_for(
    touched: Sequence[str],
    findings: Iterable[Finding],
    *,
    stages: Iterable[Stage],
    fragments: Sequence[str] = (),
    debug: Sequence[str] = (),
    options: tuple[tuple[str, str], ...] = (),
) -> Recipes:
    """The recipes for the stages that are to run.

    ``fragments`` and ``options`` go into every kernel, ``debug`` into the hunt, or, where they cost
    little, into the test kernel. Raises ConfigError for fragments that exclude each other.
    """
    stages = frozenset(stages)
    light = tuple(name for name in debug if name not in HUNTING and name != NONE)
    hunting = tuple(name for name in debug if name in HUNTING)
    why: tuple[str, ...] = ()
    if not hunting and NONE not in debug and Stage.TEST in stages:
        hunting, why = _suggested(touched, findings)
        if _exclusive((*hunting, *fragments, *light)):
            hunting, why = (), ()
    counted = tuple(counting_variables(touched))
    test = Recipe("test", (*TESTED, *light, *fragments), options, counted)
    hunt = Recipe("test", (*test.fragments, *hunting), options, counted)
    refuse_exclusive(hunt.fragments)
    ran = bool(stages - {Stage.PERF})
    hunts = ran and hunt.name != test.name
    return Recipes(
        test=test if ran else None,
        hunt=hunt if hunts else None,
        perf=Recipe("perf", tuple(fragments), options) if Stage.PERF in stages else None,
        why=why if hunts else (),
    )


def with_options(
    recipes: Recipes,
    options: Sequence[tuple[str, str]],
    *,
    counted: Iterable[str],
    added: Sequence[tuple[str, Sequence[str]]] = (),
    blocked: Sequence[tuple[str, str]] = (),
) -> Recipes:
    """The kernels that are tested, with single options besides and the lines of ``counted`` files
    counted. ``added`` says which options are for which file, ``blocked`` what a file lacks."""
    variables = tuple(counting_variables(counted))

    def more(recipe: Recipe | None) -> Recipe | None:
        if recipe is None:
            return None
        every = {**dict(options), **dict(recipe.options)}  # the user has the last word
        return replace(recipe, options=tuple(sorted(every.items())), variables=variables)

    names = sorted({symbol for _, symbols in added for symbol in symbols})
    files = sorted(path for path, symbols in added if symbols)
    why = f"added for this series: {', '.join(f'CONFIG_{s}' for s in names)} ({', '.join(files)})"
    return replace(
        recipes,
        test=more(recipes.test),
        hunt=more(recipes.hunt),
        why=(*recipes.why, *((why,) if names else ())),
        blocked=tuple(blocked),
    )


def refuse_exclusive(fragments: Iterable[str]) -> None:
    """Raises ConfigError when two of the fragments cannot be in one kernel."""
    for one, other in _exclusive(fragments):
        raise ConfigError(
            f"{one} and {other} exclude each other: a kernel has one of them",
            hint=f"two runs, --debug {one} and --debug {other}",
        )


def _exclusive(fragments: Iterable[str]) -> list[tuple[str, str]]:
    names = set(fragments)
    return [(one, other) for one, other in _EXCLUSIVE if {one, other} <= names]


def counting_variables(touched: Iterable[str]) -> Iterator[str]:
    """make's variables that have gcc count the lines of the touched files, sorted.

    Kbuild goes by an object's name without its folder: others of that name are counted as well.
    """
    objects = {
        f"{PurePosixPath(path).stem}.o"
        for path in touched
        if path.endswith(".c") and not path.startswith(_HOST) and not _UNCOUNTED.match(path)
    }
    for name in sorted(objects):
        if re.fullmatch(r"[\w.+,-]+", name):  # a name of the series': never more than a word
            yield f"GCOV_PROFILE_{name}=y"


def _suggested(
    touched: Sequence[str], findings: Iterable[Finding]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Fragments of the hunt, and the reason in a sentence; nothing where nothing asks for one."""
    for finding in findings:
        seen = finding.observation
        if seen.category in _SUSPECT:
            why = f"{seen.rule} in {seen.place.file}" if seen.place.file else seen.rule
            return MEMORY, (_told(MEMORY, f"a finding asks for it ({why})"),)
    for prefix, names in _CHECKERS:
        for path in touched:
            if path.startswith(prefix):
                return names, (_told(names, f"the series touches {path}"),)
    return (), ()


def _told(names: Iterable[str], reason: str) -> str:
    return f"a kernel with {' and '.join(names)} was run besides: {reason}"
