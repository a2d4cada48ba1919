# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions on options, as Kconfig's ``depends on`` and kbuild's ``obj-$(CONFIG_X)`` state them.

An option is on (y or m) or off. What cannot be known without running the tree's own commands
(``$(cc-option,…)``) is Unclear. Negations stand at options alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class On:
    """The option is y or m."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Off:
    """The option is n, or there is none."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of them; without any: always."""

    of: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """One of them at least; without any: never."""

    of: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Module:
    """Holds for modules alone: what it governs is never a part of the image."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """``text`` as the file has it."""

    text: str


Condition = On | Off | Every | Some | Module | Unclear
ALWAYS = Every()
NEVER = Some()


def every(parts: Iterable[Condition]) -> Condition:
    """Their conjunction, flat and without repetition."""
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.of if isinstance(part, Every) else (part,)))
    if NEVER in flat:
        return NEVER
    return next(iter(flat)) if len(flat) == 1 else Every(tuple(flat))


def some(parts: Iterable[Condition]) -> Condition:
    """Their disjunction, flat and without repetition."""
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.of if isinstance(part, Some) else (part,)))
    if ALWAYS in flat or any(isinstance(p, On) and Off(p.symbol) in flat for p in flat):
        return ALWAYS
    return next(iter(flat)) if len(flat) == 1 else Some(tuple(flat))


def negated(condition: Condition) -> Condition:
    """What holds exactly when ``condition`` does not; Unclear stays so."""
    match condition:
        case On(symbol):
            return Off(symbol)
        case Off(symbol):
            return On(symbol)
        case Every(of):
            return some(map(negated, of))
        case Some(of):
            return every(map(negated, of))
        case Module():
            return ALWAYS
        case Unclear(text):
            return Unclear(f"not {text}")


def symbols(condition: Condition) -> Iterator[str]:
    """The options that it names, in its order, with repetitions."""
    match condition:
        case On(symbol) | Off(symbol):
            yield symbol
        case Every(of) | Some(of):
            for part in of:
                yield from symbols(part)
        case Module() | Unclear():
            return
