# SPDX-License-Identifier: GPL-2.0-or-later
"""The options that compile the touched files: proposed from the tree, judged by Kconfig itself.

What Kconfig drops is not asked for again; after few rounds what is left is told with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vreview.errors import ConfigError
from vreview.logic.options import REFUSED, Blocked, Way, explained
from vreview.logic.treeoptions import TreeOptions
from vreview.model.kernel import Recipe

Asks = tuple[tuple[str, str], ...]
Configure = Callable[[Asks], Mapping[str, str] | None]
"""The .config that comes of the fragments and these asks; None when Kconfig refuses."""

CODE = (".c", ".h", ".S")
AUTO = "auto"
"""In the setting ``options``: choose what compiles the touched files."""

_VALUE = r'[ymn]|-?\d+|0x[0-9a-fA-F]+|"[^"\n]*"'
_MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Chosen:
    """``options`` to ask for; ``added`` says for each file for which they are which it needs;
    ``blocked`` why a file is not compiled all the same. ``config`` is what came of it."""

    options: Asks
    added: tuple[tuple[str, tuple[str, ...]], ...]
    blocked: tuple[tuple[str, str], ...]
    config: Mapping[str, str]


def choose_options(
    touched: Iterable[str], tree: TreeOptions, configure: Configure, *, add: bool = True
) -> Chosen:
    """Chooses what compiles the files; without ``add`` only says what would."""
    config = configure(())
    if config is None:
        return Chosen((), (), (), {})
    files = [path for path in sorted(set(touched)) if path.endswith(CODE)]
    missing = [path for path in files if not tree.compiles(path, config)]
    # Whether a header of include/ is read by anything, only a build can tell.
    hopeless = tuple((p, why) for p in missing if (why := tree.obstacle(p)))
    wanted = [path for path in missing if not tree.obstacle(path)]
    if not wanted:
        return Chosen((), (), hopeless, config)
    if not add:
        return Chosen((), (), (*hopeless, *_reasons(wanted, tree, config)), config)
    chosen = _rounds(wanted, tree, configure, config)
    return replace(chosen, blocked=(*hopeless, *chosen.blocked))


def _rounds(
    wanted: Sequence[str], tree: TreeOptions, configure: Configure, config: Mapping[str, str]
) -> Chosen:
    refused: dict[str, str] = {}
    given_up: dict[str, str] = {}
    for _ in range(_MOST_ROUNDS):
        ways = _ways([p for p in wanted if p not in given_up], tree, config, refused)
        asks = _asked(ways)
        got = configure(asks) if asks else config
        if got is None:
            return Chosen((), (), _reasons(wanted, tree, config), config)
        heavy = _too_heavy(asks, tree, config, got)
        missed = {p: w for p, w in ways.items() if isinstance(w, Way) and not tree.compiles(p, got)}
        if not missed and not heavy:
            return _chosen(ways, given_up, got)
        learned = {**_dropped(asks, got), **heavy}
        if learned.keys() <= refused.keys():
            given_up |= {p: f"{explained(w)}, and Kconfig gave less" for p, w in missed.items()}
        refused |= learned
    return Chosen((), (), tuple((given_up | dict(_reasons(wanted, tree, config))).items()), config)


def _dropped(asks: Asks, got: Mapping[str, str]) -> dict[str, str]:
    """What Kconfig did not make y, though every dependency that could be read was asked for."""
    return {s: "Kconfig drops it" for s, value in asks if got.get(s, "n") != value}


def _ways(
    paths: Sequence[str], tree: TreeOptions, config: Mapping[str, str], refused: Mapping[str, str]
) -> dict[str, Way | Blocked]:
    chooser = tree.chooser(config, refused)
    return {path: tree.way(path, config, chooser=chooser) for path in paths}


def _asked(ways: Mapping[str, Way | Blocked]) -> Asks:
    symbols = {s for way in ways.values() if isinstance(way, Way) for s in way.asks}
    return tuple((symbol, "y") for symbol in sorted(symbols))


def _too_heavy(
    asks: Asks, tree: TreeOptions, config: Mapping[str, str], got: Mapping[str, str]
) -> dict[str, str]:
    """The asks that turn on, by selecting it, what is never chosen."""
    on = {s for s, value in got.items() if value == "y" and config.get(s, "n") == "n"}
    asked = {symbol for symbol, _ in asks}
    found: dict[str, str] = {}
    for pattern, why in REFUSED:
        for bad in sorted(s for s in on - asked if pattern.fullmatch(s)):
            for symbol in asked & _leading_to(bad, on, tree):
                found[symbol] = f"it turns CONFIG_{bad} on: {why}"
    return found


def _leading_to(symbol: str, on: set[str], tree: TreeOptions) -> set[str]:
    """The options that select it, directly or through others that are on."""
    found, todo = set[str](), [symbol]
    while todo:
        target = todo.pop()
        for name in on:
            selects = {s for d in tree.options.get(name, ()) for s, _ in d.selects}
            if target in selects and name not in found:
                found.add(name)
                todo.append(name)
    return found


def _chosen(
    ways: Mapping[str, Way | Blocked], given_up: Mapping[str, str], config: Mapping[str, str]
) -> Chosen:
    added = tuple((p, tuple(sorted(w.asks))) for p, w in ways.items() if isinstance(w, Way))
    blocked = {p: explained(w) for p, w in ways.items() if isinstance(w, Blocked)}
    return Chosen(_asked(ways), added, tuple({**given_up, **blocked}.items()), config)


def _reasons(
    paths: Sequence[str], tree: TreeOptions, config: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    return tuple((path, tree.why_not(path, config)) for path in paths)


def single_options(words: Sequence[str]) -> Asks:
    """The ``SYMBOL=value`` of a setting, with or without CONFIG_. Raises ConfigError."""
    found = []
    for word in words:
        symbol, equals, value = word.removeprefix("CONFIG_").partition("=")
        if not equals or not re.fullmatch(r"\w+", symbol) or not re.fullmatch(_VALUE, value):
            raise ConfigError(
                f"options: {word!r} is no option", hint="SYMBOL=y, =n, =m, a number or a string"
            )
        found.append((symbol, value))
    return tuple(sorted(found))


def with_asks(recipe: Recipe, asks: Asks) -> Recipe:
    """The recipe with further options; what it has itself stands."""
    return replace(recipe, options=tuple(sorted({**dict(asks), **dict(recipe.options)}.items())))
