# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checks know of the kernel's functions: locks, callbacks, waiters, sleepers, errnos.

The shapes alone; ``taught`` makes them from the tables of ``rules/knowledge/*.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Success = Literal["always", "nonzero", "zero"]
Context = Literal["atomic", "sleepable"]
Result = Literal["zero", "positive", "nonnegative", "negative", "nonzero", "never", "unknown"]
Failing = Literal["null", "errptr", "nonzero", "negative", "never"]
Turns = Literal["save", "restore", "off", "on"]
Quieted = Literal["irq", "bh"]
Level = Literal["hardirq", "softirq", "process"]


@dataclass(frozen=True, slots=True)
class LockCall:
    """A call that takes the lock in argument ``arg`` (-1: a lock without an object, as RCU's).

    ``success`` says for which result it is held: always, or only for a (non)zero one.
    """

    family: str
    arg: int
    success: Success
    sleeps: bool


@dataclass(frozen=True, slots=True)
class LockFamily:
    """A kind of lock. ``sleeping``: taking it may sleep; ``atomic``: who holds it must not."""

    name: str
    sleeping: bool
    atomic: bool


@dataclass(frozen=True, slots=True)
class InterruptCall:
    """A call that turns interrupts (``irq``) or bottom halves (``bh``) off or on: whatever was
    before (``off``, ``on``), or with what was before in the argument ``flags``."""

    what: Quieted
    turns: Turns
    flags: int


@dataclass(frozen=True, slots=True)
class Need:
    """What must be held when a core function is called: a lock of ``families`` (or one whose name
    has the ``word``) that is the ``member`` of its object ('': any), or bottom halves off
    (``bh``). ``origins``: the kinds of callback that the core calls without."""

    what: str
    families: frozenset[str]
    word: str
    member: str
    bh: bool
    origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Slot:
    """A member of an operations structure, and in which context its function runs. ``assigned``:
    the member's name alone tells, where the structure is not visible."""

    struct: str
    member: str
    context: Context
    kind: str
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class Registration:
    """A call that hands over a callback. ``object`` and ``callback`` are argument numbers."""

    call: str
    object: int
    callback: int
    kind: str
    context: Context


@dataclass(frozen=True, slots=True)
class Waiter:
    """A call that returns only when the callbacks of ``kind`` no longer run."""

    call: str
    object: int
    kind: str


@dataclass(frozen=True, slots=True)
class BulkPair:
    """Pages (or objects) that are acquired many at a time: how, and by what they go back.

    ``array`` is the argument that holds them; ``bulk`` the inverse in one call, ``single`` the
    inverse for one object, ``foreign`` what looks like an inverse and is another family's.
    """

    name: str
    acquire: Mapping[str, int]
    bulk: frozenset[str]
    single: frozenset[str]
    foreign: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """What ``acquire`` gets, a call of ``releases`` gives back.

    ``handle`` is the argument that names the resource, ``None`` for the result. ``failure`` is the
    result that says that nothing was acquired. ``frees``: the object may be gone after the release.
    ``mined``: accepted from how most callers behave, not written by hand. ``borrowed``: calls that
    are handed it only look at it.
    """

    name: str
    acquire: frozenset[str]
    releases: frozenset[str]
    handle: int | None
    release_arg: int
    failure: Failing
    frees: bool
    kind: str
    mined: bool = False
    borrowed: bool = False


@dataclass(frozen=True, slots=True)
class Walker:
    """A loop whose body holds a reference to its ``variable`` (an argument); what drops it."""

    pair: str
    variable: int
    release: str


@dataclass(frozen=True, slots=True)
class Free:
    """The object in argument ``arg`` is gone: surely, or if this was the last reference.

    ``holder``: where the argument is a part (``&x->dev``), ``x`` goes. ``devm``: allocators whose
    results must not be given to the call, ``plain``: those whose results must. ``inside``: what
    leads to private data that goes with it, a call (``netdev_priv``) or a member (``->priv``).
    """

    call: str
    arg: int
    sure: bool
    holder: bool
    devm: frozenset[str]
    plain: frozenset[str]
    inside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class InFlight:
    """``submits`` hand a request to hardware, ``stops`` wait for it or call it back, ``frees``."""

    submits: frozenset[str]
    stops: frozenset[str]
    frees: frozenset[str]


@dataclass(frozen=True, slots=True)
class CountPair:
    """References that are added to one object by a count: ``single`` gives back one of them."""

    name: str
    acquire: frozenset[str]
    bulk: frozenset[str]
    single: frozenset[str]


@dataclass(frozen=True, slots=True)
class Returns:
    """What the result of a call can be: when it succeeded, and when it failed.

    ``type``: as declared, where an unsigned one cannot carry what is tested for.
    """

    call: str
    success: Result
    failure: Result
    type: str
    means: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that the checks look up by name."""

    errnos: frozenset[str] = frozenset()
    positive_takers: frozenset[str] = frozenset()
    errno_calls: frozenset[str] = frozenset()
    framework_errnos: frozenset[str] = frozenset()
    families: Mapping[str, LockFamily] = field(default_factory=dict)
    takes: Mapping[str, LockCall] = field(default_factory=dict)
    drops: Mapping[str, LockCall] = field(default_factory=dict)
    interrupts: Mapping[str, InterruptCall] = field(default_factory=dict)
    needs: Mapping[str, Need] = field(default_factory=dict)
    sleepers: frozenset[str] = frozenset()
    slots: Mapping[tuple[str, str], Slot] = field(default_factory=dict)
    registrations: Mapping[str, tuple[Registration, ...]] = field(default_factory=dict)
    runs_in: Mapping[str, Level] = field(default_factory=dict)
    waiters: Mapping[str, Waiter] = field(default_factory=dict)
    sleeping_flags: frozenset[str] = frozenset()
    bulk_pairs: tuple[BulkPair, ...] = ()
    count_pairs: tuple[CountPair, ...] = ()
    count_acquires: frozenset[str] = frozenset()
    page_releases: frozenset[str] = frozenset()
    noreturn: frozenset[str] = frozenset()
    transparent: frozenset[str] = frozenset()
    arithmetic: frozenset[str] = frozenset()
    must_hold: frozenset[str] = frozenset()
    manners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    acquires: Mapping[str, tuple[Pair, ...]] = field(default_factory=dict)
    releases: Mapping[str, tuple[Pair, ...]] = field(default_factory=dict)
    undoes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    iterators: Mapping[str, Walker] = field(default_factory=dict)
    borrowers: frozenset[str] = frozenset()
    keepers: frozenset[str] = frozenset()
    halfway: Mapping[str, str] = field(default_factory=dict)
    frees: Mapping[str, Free] = field(default_factory=dict)
    accessors: frozenset[str] = frozenset()
    frees_on_failure: Mapping[str, int] = field(default_factory=dict)
    in_flight: tuple[InFlight, ...] = ()
    users: Mapping[str, frozenset[str]] = field(default_factory=dict)
    links: frozenset[str] = frozenset()
    unlinks: frozenset[str] = frozenset()
    stranding: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()
    err_pointer: frozenset[str] = frozenset()
    null_pointer: frozenset[str] = frozenset()
    must_check: frozenset[str] = frozenset()
    must_check_everywhere: frozenset[str] = frozenset()
    allocates: frozenset[str] = frozenset()
    looks_up: frozenset[str] = frozenset()
    reads_through: frozenset[str] = frozenset()
    breaks_on_error_pointer: frozenset[str] = frozenset()
    zeroed_structs: frozenset[str] = frozenset()
    refuses_null: frozenset[str] = frozenset()
    type_macros: frozenset[str] = frozenset()
    passes_on: Mapping[str, int] = field(default_factory=dict)
    returns: Mapping[str, Returns] = field(default_factory=dict)
    hurried: frozenset[str] = frozenset()
    slow_calls: frozenset[str] = frozenset()
    ended_by_core: Mapping[tuple[str, str], str] = field(default_factory=dict)
    called_under: Mapping[str, str] = field(default_factory=dict)
    takes_inside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    transfers: Mapping[str, int] = field(default_factory=dict)

    def manners_of(self, key: str) -> frozenset[str]:
        """The names under a key of ``manners.toml``."""
        return self.manners.get(key, frozenset())
