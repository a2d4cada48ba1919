# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known at one point of one path: values, locks, tests already made, and how we came here.

States are never changed; every step makes a new one. No control flow here: that is ``flow``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from typing import TypeAlias

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, render
from vreview.analysis.hit import HitStep

JUMPED = -1


class V(Enum):
    """What is known of a value. Absent from the state: nothing."""

    ZERO = auto()  # 0, NULL, false
    NEG_ERRNO = auto()  # -E…, ``name`` says which
    POS_ERRNO = auto()  # E… without its sign
    MINUS_ONE = auto()
    NEGATIVE = auto()
    POSITIVE = auto()
    NONZERO = auto()
    NONNEGATIVE = auto()
    RESULT = auto()  # what the call of ``name`` gave, not yet tested
    ERR_PTR = auto()
    OK_PTR = auto()
    UNSET = auto()  # declared, not yet given a value


BELOW_ZERO = frozenset({V.NEG_ERRNO, V.MINUS_ONE, V.NEGATIVE})
ABOVE_ZERO = frozenset({V.POS_ERRNO, V.POSITIVE})
NOT_ZERO = BELOW_ZERO | ABOVE_ZERO | {V.NONZERO, V.ERR_PTR}


@dataclass(frozen=True, slots=True)
class Quiet:
    """Interrupts (``irq``) or bottom halves (``bh``) are off since ``call`` on ``line``; ``flags``
    names what keeps how they were before, '' where nothing does."""

    what: str
    flags: str
    line: int
    call: str


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that is held: its canonical text, its family, and the line that took it. ``quiet``:
    what was turned off with it."""

    key: str
    family: str
    line: int
    call: str
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """``name``: the errno, or the callee that it came from. ``site``: the line that made it.
    ``lock``: what is held if the result turns out ``held_if`` (zero, nonzero)."""

    kind: V
    name: str = ""
    site: int = 0
    lock: Held | None = None
    held_if: str = ""


@dataclass(frozen=True, slots=True)
class Store:
    """A member keeps ``array``; ``released`` is the line on which ``call`` gave it back, or 0."""

    array: str
    released: int = 0
    call: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """What ``call`` on ``line`` acquired and ``pair`` says how to give back; ``key`` names it, and
    so do the names of ``also``; those in ``copies`` were plainly assigned.

    ``gone``: how the function may have handed it on; empty while nobody else can know of it.
    ``local``: a variable of the function is all that names it. ``borrowed``: whom it is given to
    does not keep it.
    """

    key: str
    pair: str
    call: str
    line: int
    failure: str
    gone: tuple[Handed, ...] = ()
    also: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()
    kind: str = ""
    local: bool = False
    borrowed: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """On ``line`` it was ``stored`` in ``to``, ``given`` to the call of ``to``, or ``returned``."""

    how: str
    to: str
    line: int


@dataclass(frozen=True, slots=True)
class Undone:
    """``key``, acquired on line ``acquired``, was given back by ``call`` on ``line``; until then it
    had been handed to ``gone``."""

    pair: str
    key: str
    acquired: int
    call: str
    line: int
    gone: frozenset[Handed]


@dataclass(frozen=True, slots=True)
class Freed:
    """The object was given back on ``line`` by ``call``, which for that calls ``via``.

    Not ``sure``: only if this was the last reference. ``guessed``: the call's name alone says so.
    """

    call: str
    line: int
    sure: bool = True
    via: str = ""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """``call`` on ``line`` put a node into the list ``head``, or took it out ('' as the head)."""

    call: str
    line: int
    head: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """If the call's result turns out as ``outcome`` (zero, nonzero, errptr), ``key`` is gone."""

    outcome: str
    key: str
    freed: Freed


@dataclass(frozen=True, slots=True)
class Turn:
    """The last condition on the way here came out as ``truth``. ``callee``: whose result it looked
    at, where that is known; ``key``: the variable or member that holds it. ``told``: the member
    that has since been given a status of its own."""

    expr: Expr
    truth: bool
    callee: str = ""
    key: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Fled:
    """The jump ``goto label`` on ``line``; ``failed``: the test right before it, if one failed;
    ``turn`` and ``complaint``: as the state had them."""

    line: int
    label: str
    failed: Failure | None
    turn: Turn | None = None
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """The last test found that the call of ``callee`` had failed. ``variable`` holds its result
    ('' where the call stands in the condition itself)."""

    callee: str
    variable: str
    line: int
    pointer: bool


Trace: TypeAlias = "tuple[Trace | None, int, str, Expr | None]"


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """One abstract state. ``fell``: the line of the error label entered from above, ``JUMPED`` if
    one was entered by a goto, 0 before any. ``fled``: the last goto. ``shed``: locks (key,
    family) that were dropped, and the line, or that may have been. ``quiet``: what this path
    turned off, innermost last. ``held`` by pair and key,
    ``undone``: what of it was given back (evidence, no part of the identity), ``freed`` by key,
    ``pending`` by callee and line, ``linked`` by the node (``p->list``; a timer or a work that was
    taken off its queue as well). ``blind``: something on this path was not visible. ``turn``: the
    condition that alone leads here, ``complaint``: the call that reported an error since (both end
    where paths meet)."""

    values: Mapping[str, Value] = field(default_factory=dict)
    tests: Mapping[str, bool] = field(default_factory=dict)
    locks: tuple[Held, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    shed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    stores: Mapping[str, Store] = field(default_factory=dict)
    held: Mapping[tuple[str, str], Resource] = field(default_factory=dict)
    undone: tuple[Undone, ...] = ()
    freed: Mapping[str, Freed] = field(default_factory=dict)
    pending: Mapping[tuple[str, int], tuple[Pending, ...]] = field(default_factory=dict)
    linked: Mapping[str, Link] = field(default_factory=dict)
    failed: Failure | None = None
    fled: Fled | None = None
    turn: Turn | None = None
    complaint: str = ""
    fell: int = 0
    blind: bool = False
    trace: Trace | None = None

    def identity(self) -> object:
        """Equal for states that no check can tell apart."""
        return (
            frozenset(self.values.items()),
            frozenset(self.tests.items()),
            self.locks,
            self.quiet,
            frozenset((lock, how == "unsure") for lock, how in self.shed.items()),
            frozenset(self.stores.items()),
            frozenset(self.held.items()),
            frozenset(self.freed.items()),
            frozenset(self.pending),
            frozenset(self.linked.items()),
            self.fled,
            self.fell,
            self.blind,
            self.failed,
        )

    def said(self, line: int, words: str, expr: Expr | None = None) -> State:
        """The same state with one more line of evidence."""
        return replace(self, trace=(self.trace, line, words, expr))

    def steps(self, longest: int = 14) -> tuple[HitStep, ...]:
        """The evidence so far, oldest first, the last ``longest`` lines of it."""
        steps: list[HitStep] = []
        at = self.trace
        while at is not None and len(steps) < longest:
            before, line, words, expr = at
            text = words.replace("@", shorten(render(expr))) if expr is not None else words
            steps.append(HitStep(line, text))
            at = before
        return tuple(reversed(steps))


def take(state: State, held: Held) -> State:
    """The state with one more lock."""
    words = f"`{held.call}({held.key})` takes the {held.family}"
    shed = state.shed
    if (held.key, held.family) in shed:
        shed = {k: how for k, how in shed.items() if k != (held.key, held.family)}
    quiet = turned_off(state.quiet, held.quiet)
    return replace(state, locks=(*state.locks, held), shed=shed, quiet=quiet).said(held.line, words)


def turned_off(known: tuple[Quiet, ...], more: Quiet | None) -> tuple[Quiet, ...]:
    """One more thing is off; a loop that comes again adds nothing."""
    return known if more is None or more in known else (*known, more)


_FREE_WORD = re.compile(r"(?<![\w>])[A-Za-z_]\w*")


@lru_cache(maxsize=1 << 16)
def variables_of(key: str) -> frozenset[str]:
    """The variables that an lvalue's text goes through: ``a`` and ``i`` of ``a->b[i]``."""
    return frozenset(_FREE_WORD.findall(key))


def below(key: str, owner: str) -> bool:
    """``key`` is ``owner``, or lies in it or behind it."""
    if not key.startswith(owner):
        return False
    return len(key) == len(owner) or key[len(owner)] in "-["


def shorten(text: str, longest: int = 60) -> str:
    """One line of at most ``longest`` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
