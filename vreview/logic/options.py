# SPDX-License-Identifier: GPL-2.0-or-later
"""From a condition that does not hold to the options that would make it hold, and why some cannot.

Searches the cheapest set of options to ask for: what is on already costs nothing, of alternatives
the one with fewest. A proposal: Kconfig itself decides what comes of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vreview.model.condition import (
    ALWAYS,
    Condition,
    Every,
    Module,
    Off,
    On,
    Some,
    Unclear,
    every,
    symbols,
)
from vreview.parse.kcondition import parse_condition
from vreview.parse.kconfigtree import Definition

REFUSED = (
    # These change the code of nearly every file, or what machine the kernel is for.
    (
        re.compile(
            r"DEBUG_INFO\w*|GDB_SCRIPTS|GCC_PLUGIN\w*|RANDSTRUCT\w*|LTO\w*|CFI_CLANG|KASAN\w*"
            r"|KCSAN\w*|KMSAN\w*|UBSAN\w*|KCOV\w*|GCOV_PROFILE_ALL|FUNCTION_TRACER|MODVERSIONS"
            r"|PREEMPT(?:_NONE|_VOLUNTARY|_RT|_DYNAMIC|_COUNT)?|LOCK_STAT|READABLE_ASM|DEBUG_SECTION_MISMATCH|FORTIFY_SOURCE"
        ),
        "it would rebuild the whole kernel",
    ),
    (
        re.compile(r"64BIT|X86_32|X86_64|UML|SMP|X86_X32\w*|M[0-9]86\w*|NUMA|X86_5LEVEL|MAXSMP"),
        "it would make a kernel for another machine",
    ),
)
"""Options that are never chosen, each with the reason; the user may ask for them."""

_COSTS = {"COMPILE_TEST": 3, "OF": 6, "EXPERT": 2, "STAGING": 2, "TRACING": 8, "FTRACE": 8}
"""In options: these touch many files, so that another way is better where there is one."""

_DEEPEST = 24
_MOST_SELECTORS = 10
_MOST_ASKS = 60


@dataclass(frozen=True, slots=True)
class Way:
    """What to ask for. ``needs`` says of each option which others it needed, nearest first;
    ``off`` must stay off."""

    asks: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def cost(self) -> int:
        return sum(_COSTS.get(symbol, 1) for symbol in self.asks)


@dataclass(frozen=True, slots=True)
class Blocked:
    """No way: ``chain`` leads to the option that cannot be had, ``why`` says why not."""

    chain: tuple[str, ...]
    why: str


@dataclass(slots=True)
class Chooser:
    """``config`` is the .config that is to be added to; ``refused`` are further options that must
    not be chosen, each with the reason (Kconfig dropped it before)."""

    options: Mapping[str, tuple[Definition, ...]]
    config: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)
    architecture: str = "x86"
    _known: dict[str, Way | Blocked] = field(default_factory=dict)
    _selectors: dict[str, list[tuple[Definition, Condition]]] | None = None

    def way(self, condition: Condition) -> Way | Blocked:
        """The cheapest way to make the condition hold for what is built in."""
        return self._satisfy(condition, frozenset())

    def _on(self, symbol: str) -> bool:
        return self.config.get(symbol, "n") in ("y", "m")

    def _satisfy(self, condition: Condition, above: frozenset[str]) -> Way | Blocked:
        match condition:
            case On(symbol):
                return self._turn_on(symbol, above)
            case Off(symbol):
                if self._on(symbol):
                    return Blocked((), f"it needs CONFIG_{symbol} off, and it is on")
                return Way(off=frozenset({symbol}))
            case Every(of):
                return self._all(of, above)
            case Some(of):
                return self._cheapest((self._satisfy(part, above) for part in of), "never")
            case Module():
                return Blocked((), "it can only be a module, which is no part of the image")
            case Unclear():
                return Way()

    def _all(self, parts: Iterable[Condition], above: frozenset[str]) -> Way | Blocked:
        total = Way()
        for part in parts:
            found = self._satisfy(part, above)
            if isinstance(found, Blocked):
                return found
            total = _joined(total, found)
            clash = total.off.intersection(total.asks)
            if clash:
                return Blocked((), f"it needs CONFIG_{min(clash)} both on and off")
            if len(total.asks) > _MOST_ASKS:
                return Blocked((), f"it needs more than {_MOST_ASKS} further options")
        return total

    @staticmethod
    def _cheapest(ways: Iterable[Way | Blocked], otherwise: str) -> Way | Blocked:
        """The way with fewest options; the first obstacle when there is none."""
        best: Way | Blocked | None = None
        for way in ways:
            if isinstance(way, Way):
                if not way.asks and not way.off:
                    return way
                if not isinstance(best, Way) or way.cost < best.cost:
                    best = way
            elif best is None:
                best = way
        return best or Blocked((), otherwise)

    def _turn_on(self, symbol: str, above: frozenset[str]) -> Way | Blocked:
        if self._on(symbol):
            return Way()
        if symbol in self._known:
            return self._known[symbol]
        if why := self._refusal(symbol):
            return Blocked((symbol,), why)
        if symbol in above or len(above) >= _DEEPEST:
            return Blocked((symbol,), "its dependencies lead back to it")
        found = self._defined(symbol, above | {symbol})
        if isinstance(found, Blocked):
            found = Blocked((symbol, *found.chain), found.why)
        if isinstance(found, Way) or not above:
            self._known[symbol] = found
        return found

    def _refusal(self, symbol: str) -> str:
        for pattern, why in REFUSED:
            if pattern.fullmatch(symbol):
                return why
        return self.refused.get(symbol, "")

    def _defined(self, symbol: str, above: frozenset[str]) -> Way | Blocked:
        definitions = self.options.get(symbol, ())
        if not definitions:
            return Blocked((), f"no Kconfig file for {self.architecture} has it")
        nobody = f"no option of {self.architecture} selects it"
        own = self._cheapest(self._own_ways(symbol, definitions, above), nobody)
        if isinstance(own, Way):
            return own
        selected = self._cheapest(self._selected(symbol, above), nobody)
        return own if isinstance(selected, Blocked) and own.why != nobody else selected

    def _own_ways(
        self, symbol: str, definitions: Iterable[Definition], above: frozenset[str]
    ) -> Iterator[Way | Blocked]:
        for one in definitions:
            if one.prompt is not None:
                way = self._all((one.prompt, one.depends), above)
                yield _asked(symbol, way)
            for value, when in one.defaults:
                condition = parse_condition(value)
                if one.prompt is None and one.kind in ("bool", "tristate"):
                    yield self._all((one.depends, when, condition), above)

    def _selected(self, symbol: str, above: frozenset[str]) -> Iterator[Way | Blocked]:
        """The ways through an option that selects it: those with least dependencies."""
        selectors = sorted(
            self._all_selectors().get(symbol, ()),
            key=lambda one: (not self._on(one[0].symbol), self._missing(one[0]), one[0].symbol),
        )
        for definition, when in selectors[:_MOST_SELECTORS]:
            if definition.symbol not in above:
                way = self._all((On(definition.symbol), when), above)
                yield way if isinstance(way, Blocked) else _needing(symbol, way)

    def _missing(self, definition: Definition) -> int:
        """How many options it names that are not on; those without a prompt are the last resort."""
        named = symbols(every((definition.depends, definition.prompt or ALWAYS)))
        return sum(not self._on(s) for s in named) + 100 * (definition.prompt is None)

    def _all_selectors(self) -> dict[str, list[tuple[Definition, Condition]]]:
        if self._selectors is None:
            self._selectors = {}
            for definitions in self.options.values():
                for one in definitions:
                    for symbol, when in one.selects:
                        self._selectors.setdefault(symbol, []).append((one, when))
        return self._selectors


def holds(condition: Condition, config: Mapping[str, str]) -> bool:
    """True when nothing speaks against it: Unclear counts as held, a module's part does not."""
    match condition:
        case On(symbol):
            return config.get(symbol, "n") in ("y", "m")
        case Off(symbol):
            return config.get(symbol, "n") == "n"
        case Every(of):
            return all(holds(part, config) for part in of)
        case Some(of):
            return any(holds(part, config) for part in of)
        case Module():
            return False
        case Unclear():
            return True


def unmet(condition: Condition, config: Mapping[str, str]) -> tuple[str, ...]:
    """The options that are off and would have to be on, nearest to the file first."""
    match condition:
        case On(symbol):
            return () if holds(condition, config) else (symbol,)
        case Every(of):
            return tuple(symbol for part in of for symbol in unmet(part, config))
        case Some(of):
            return () if holds(condition, config) or not of else unmet(of[0], config)
        case Off() | Module() | Unclear():
            return ()


def explained(found: Way | Blocked) -> str:
    """``needs CONFIG_A, which needs CONFIG_B and CONFIG_C (not set)``, and why it cannot be."""
    if isinstance(found, Blocked):
        chain = ", which needs ".join(f"CONFIG_{symbol}" for symbol in found.chain)
        return f"needs {chain}: {found.why}" if chain else found.why
    edges = dict(found.needs)
    inner = {below for _, those in found.needs for below in those}
    every_one = dict.fromkeys((*edges, *found.asks))
    roots = [symbol for symbol in reversed(every_one) if symbol not in inner]
    if not roots:
        return ""
    return f"needs {_chain(tuple(roots), edges, frozenset())} (not set)"


def _chain(
    those: tuple[str, ...], edges: Mapping[str, tuple[str, ...]], seen: frozenset[str]
) -> str:
    """``A, which needs B``; of several ``A (which needs B) and C``."""
    parts = []
    for symbol in those:
        below = tuple(low for low in edges.get(symbol, ()) if low not in seen)
        text = f"CONFIG_{symbol}"
        if below:
            needs = f"which needs {_chain(below, edges, seen | {symbol, *below})}"
            text = f"{text}, {needs}" if len(those) == 1 else f"{text} ({needs})"
        parts.append(text)
    return " and ".join(parts)


def _asked(symbol: str, way: Way | Blocked) -> Way | Blocked:
    if isinstance(way, Blocked):
        return way
    return _needing(symbol, Way((*way.asks, symbol), way.off, way.needs))


def _needing(symbol: str, way: Way) -> Way:
    """Remembers which of the options were asked for this one's sake."""
    deeper = {below for _, those in way.needs for below in those}
    direct = tuple(s for s in way.asks if s != symbol and s not in deeper)
    return Way(way.asks, way.off, (*way.needs, (symbol, direct))) if direct else way


def _joined(one: Way, other: Way) -> Way:
    return Way(
        tuple(dict.fromkeys((*one.asks, *other.asks))),
        one.off | other.off,
        tuple(dict((*one.needs, *other.needs)).items()),
    )
