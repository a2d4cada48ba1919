# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checks know of the kernel's functions: locks, callbacks, waiters, sleepers, errnos.

All of it is data (``rules/knowledge/*.toml``); this module only gives it a shape and refuses what
is not of that shape. It reads no files: whoever has parsed the TOML hands the tables over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from vreview.errors import ConfigError

Success = Literal["always", "nonzero", "zero"]
Context = Literal["atomic", "sleepable"]
Result = Literal["zero", "positive", "nonnegative", "negative", "nonzero", "never", "unknown"]
Failing = Literal["null", "errptr", "nonzero", "negative", "never"]
Turns = Literal["save", "restore", "off", "on"]
Quieted = Literal["irq", "bh"]
Level = Literal["hardirq", "softirq", "process"]

_RESULTS: dict[str, Result] = {
    "zero": "zero",
    "positive": "positive",
    "nonnegative": "nonnegative",
    "negative": "negative",
    "nonzero": "nonzero",
    "never": "never",
    "unknown": "unknown",
}
_SUCCESS: dict[str, Success] = {"always": "always", "nonzero": "nonzero", "zero": "zero"}
_FAILING: dict[str, Failing] = {
    "null": "null",
    "errptr": "errptr",
    "nonzero": "nonzero",
    "negative": "negative",
    "never": "never",
}
_WAYS = (
    ("always", "take"),
    ("nonzero", "try"),
    ("zero", "take_or_error"),
    ("zero", "try_or_error"),
)
_TURNS: tuple[Turns, ...] = ("save", "restore", "off", "on")
_LEVELS: dict[str, Level] = {"hardirq": "hardirq", "softirq": "softirq", "process": "process"}
_QUIETED: dict[str, Quieted] = {"irq": "irq", "bh": "bh"}
_CONTEXT: dict[str, Context] = {"atomic": "atomic", "sleepable": "sleepable"}


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


def knowledge_from(tables: Mapping[str, Mapping[str, object]]) -> Knowledge:
    """Knowledge from parsed TOML, by file stem (``locks``, ``callbacks``, ``waiters``,
    ``sleepers``, ``errno``, ``pairs``). A missing file is an empty one; a wrong type or value
    raises ``ConfigError`` with the place."""
    errno = _Table("errno", tables.get("errno", {}))
    sleepers = _Table("sleepers", tables.get("sleepers", {}))
    families, takes, drops = _locks(_Table("locks", tables.get("locks", {})))
    callbacks = _Table("callbacks", tables.get("callbacks", {}))
    slots, registrations = _callbacks(callbacks)
    pairs = _Table("pairs", tables.get("pairs", {}))
    acquires, releases = _resources(tables)
    waiting = _Table("waiters", tables.get("waiters", {}))
    gone = _Table("frees", tables.get("frees", {}))
    outer = tuple(_Table("locks", tables.get("locks", {})).rows("outer"))
    conventions = [
        _Table(stem, tables[stem]) for stem in sorted(tables) if stem.endswith("conventions")
    ]
    bulks = tuple(_pairs(pairs))
    counts = tuple(
        CountPair(
            row.text("name"),
            row.names("acquire"),
            row.names("bulk_release"),
            row.names("single_release"),
        )
        for row in pairs.rows("count")
    )
    return Knowledge(
        errnos=errno.names("names"),
        positive_takers=errno.names("positive_takers"),
        errno_calls=errno.names("errno_calls"),
        framework_errnos=errno.names("framework_errnos"),
        families=families,
        takes=takes,
        drops=drops,
        interrupts=dict(_interrupts(_Table("locks", tables.get("locks", {})))),
        needs=dict(_needs(_Table("locks", tables.get("locks", {})))),
        sleepers=sleepers.names("calls"),
        slots=slots,
        registrations=registrations,
        runs_in={
            kind: _LEVELS[_one_of(row, "level", "process", _LEVELS)]
            for row in callbacks.rows("runs")
            for kind in row.names("kinds")
        },
        waiters={
            row.text("call"): Waiter(row.text("call"), row.number("object"), row.text("kind"))
            for row in _Table("waiters", tables.get("waiters", {})).rows("waiter")
        },
        sleeping_flags=sleepers.names("flags"),
        bulk_pairs=bulks,
        page_releases=frozenset(n for p in bulks for n in p.bulk | p.single | p.foreign),
        count_pairs=counts,
        count_acquires=frozenset(name for pair in counts for name in pair.acquire),
        noreturn=errno.names("noreturn"),
        transparent=errno.names("transparent"),
        must_hold=_Table("locks", tables.get("locks", {})).names("must_hold"),
        manners={
            key: _Table("manners", tables["manners"]).names(key)
            for key in sorted(tables.get("manners", {}))
        },
        acquires=acquires,
        releases=releases,
        undoes=_undoes(releases),
        iterators=_iterators(tables),
        borrowers=_in_resources(tables, "borrowers"),
        keepers=_in_resources(tables, "keepers"),
        halfway={
            call: row.text("kind")
            for row in _Table("waiters", tables.get("waiters", {})).rows("halfway")
            for call in sorted(row.names("calls"))
        },
        frees=dict(_frees(gone)),
        accessors=frozenset(n for row in gone.rows("free") for n in row.names("inside")),
        in_flight=tuple(
            InFlight(row.names("submits"), row.names("stops"), row.names("frees"))
            for row in gone.rows("in_flight")
        ),
        frees_on_failure={
            call: row.number("arg")
            for row in gone.rows("fails")
            for call in sorted(row.names("calls"))
        },
        users={
            call: row.names("structs")
            for row in gone.rows("users")
            for call in sorted(row.names("calls"))
        },
        links=gone.names("links"),
        unlinks=gone.names("unlinks"),
        stranding=gone.names("stranding"),
        deferred=gone.names("deferred"),
        err_pointer=_agreed(conventions, "err_pointer"),
        null_pointer=_agreed(conventions, "null_pointer"),
        must_check=_agreed(conventions, "must_check"),
        must_check_everywhere=_agreed(conventions, "must_check_everywhere"),
        allocates=_agreed(conventions, "allocates"),
        looks_up=_agreed(conventions, "looks_up"),
        reads_through=_agreed(conventions, "reads_through"),
        breaks_on_error_pointer=_agreed(conventions, "breaks_on_error_pointer"),
        zeroed_structs=_agreed(conventions, "zeroed_structs"),
        refuses_null=_agreed(conventions, "refuses_null"),
        type_macros=errno.names("type_macros"),
        passes_on={
            name: row.number("arg")
            for row in errno.rows("passes_on")
            for name in row.names("calls")
        },
        returns=dict(_returns(_Table("returns", tables.get("returns", {})))),
        hurried=waiting.names("hurried"),
        slow_calls=waiting.names("slow_calls"),
        ended_by_core={
            (row.text("struct"), member): row.text("ended_by")
            for row in _Table("callbacks", tables.get("callbacks", {})).rows("contract")
            for member in sorted(row.names("members"))
        },
        called_under={kind: row.text("lock") for row in outer for kind in row.names("callbacks")},
        takes_inside={row.text("lock"): row.names("calls") for row in outer},
        transfers={
            call: row.number("buffer")
            for row in _Table("transfers", tables.get("transfers", {})).rows("transfer")
            for call in row.names("calls")
        },
    )


class _Table:
    """One TOML table with its place, so that a complaint can name it."""

    __slots__ = ("data", "place")

    def __init__(self, place: str, data: Mapping[str, object]) -> None:
        self.place = place
        self.data = data

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or not value:
            raise _wrong(self.place, key, "a name", value)
        return value

    def number(self, key: str) -> int:
        value = self.data.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value < 16:
            raise _wrong(self.place, key, "an argument number from -1 to 15", value)
        return value

    def truth(self, key: str) -> bool:
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise _wrong(self.place, key, "true or false", value)
        return value

    def names(self, key: str) -> frozenset[str]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise _wrong(self.place, key, "a list of names", value)
        return frozenset(value)

    def rows(self, key: str) -> Iterator[_Table]:
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise _wrong(self.place, key, "a list of tables", value)
        for number, row in enumerate(value, start=1):
            if not isinstance(row, dict):
                raise _wrong(self.place, key, "a list of tables", row)
            yield _Table(f"{self.place}.toml, [[{key}]] {number}", row)


def _wrong(place: str, key: str, wanted: str, got: object) -> ConfigError:
    return ConfigError(
        f"rules/knowledge: {place}: `{key}` must be {wanted}, not {got!r}",
        hint="correct the file under rules/knowledge/",
    )


def _one_of(row: _Table, key: str, default: str, allowed: Mapping[str, str]) -> str:
    value = row.data.get(key, default)
    if not isinstance(value, str) or value not in allowed:
        raise _wrong(row.place, key, "one of " + ", ".join(sorted(allowed)), value)
    return value


def _locks(
    table: _Table,
) -> tuple[dict[str, LockFamily], dict[str, LockCall], dict[str, LockCall]]:
    families: dict[str, LockFamily] = {}
    takes: dict[str, LockCall] = {}
    drops: dict[str, LockCall] = {}
    for row in table.rows("family"):
        family = LockFamily(row.text("name"), row.truth("sleeping"), row.truth("atomic"))
        families[family.name] = family
        arg = row.number("arg")
        for success, key in _WAYS:
            for name in row.names(key):
                sleeps = family.sleeping and key.startswith("take")
                takes[name] = LockCall(family.name, arg, _SUCCESS[success], sleeps)
        for name in row.names("drop"):
            drops[name] = LockCall(family.name, arg, "always", sleeps=False)
    return families, takes, drops


def _interrupts(table: _Table) -> Iterator[tuple[str, InterruptCall]]:
    for row in table.rows("interrupts"):
        what, flags = _QUIETED[_one_of(row, "what", "irq", _QUIETED)], row.number("flags")
        for turns in _TURNS:
            for name in sorted(row.names(turns)):
                yield name, InterruptCall(what, turns, flags)


def _needs(table: _Table) -> Iterator[tuple[str, Need]]:
    for row in table.rows("needs"):
        word, member = str(row.data.get("word", "")), str(row.data.get("member", ""))
        families, origins = row.names("families"), row.names("origins")
        need = Need(row.text("what"), families, word, member, row.truth("bh"), origins)
        for name in sorted(row.names("calls")):
            yield name, need


def _callbacks(
    table: _Table,
) -> tuple[dict[tuple[str, str], Slot], dict[str, tuple[Registration, ...]]]:
    slots: dict[tuple[str, str], Slot] = {}
    registrations: dict[str, tuple[Registration, ...]] = {}
    for row in table.rows("slot"):
        context = _CONTEXT[_one_of(row, "context", "sleepable", _CONTEXT)]
        for member in sorted(row.names("members")):
            kind, assigned = row.text("kind"), row.truth("assigned")
            slot = Slot(row.text("struct"), member, context, kind, assigned)
            slots[slot.struct, member] = slot
    for row in table.rows("register"):
        context = _CONTEXT[_one_of(row, "context", "sleepable", _CONTEXT)]
        for call in sorted(row.names("calls")):
            entry = Registration(
                call, row.number("object"), row.number("callback"), row.text("kind"), context
            )
            registrations[call] = (*registrations.get(call, ()), entry)
    return slots, registrations


def _agreed(tables: Iterable[_Table], key: str) -> frozenset[str]:
    """The names of one convention: a list, or a table from a name to how often it was kept."""
    found: set[str] = set()
    for table in tables:
        value = table.data.get(key, [])
        found |= set(value) if isinstance(value, dict) else table.names(key)
    return frozenset(found)


def _returns(table: _Table) -> Iterator[tuple[str, Returns]]:
    for row in table.rows("returns"):
        success = _RESULTS[_one_of(row, "success", "zero", _RESULTS)]
        failure = _RESULTS[_one_of(row, "failure", "negative", _RESULTS)]
        for name in sorted(row.names("calls")):
            kind, means = str(row.data.get("type", "int")), str(row.data.get("means", ""))
            yield name, Returns(name, success, failure, kind, means)


def _resources(
    tables: Mapping[str, Mapping[str, object]],
) -> tuple[dict[str, tuple[Pair, ...]], dict[str, tuple[Pair, ...]]]:
    """Every ``[[pair]]`` of every file, by the calls that acquire and by those that release.

    The first pair of the files in the order of their names wins where two have the same acquire.
    """
    acquires: dict[str, tuple[Pair, ...]] = {}
    releases: dict[str, list[Pair]] = {}
    for stem in sorted(tables, key=lambda stem: (stem.startswith("mined"), stem)):
        for row in _Table(stem, tables[stem]).rows("pair"):
            pair = _pair(row)
            for name in sorted(pair.acquire):
                acquires.setdefault(name, (pair,))
            for name in sorted(pair.releases):
                releases.setdefault(name, []).append(pair)
    return acquires, {name: tuple(pairs) for name, pairs in releases.items()}


def _in_resources(tables: Mapping[str, Mapping[str, object]], key: str) -> frozenset[str]:
    """The names that every table of resources lists under ``key``."""
    return frozenset(
        name
        for stem in sorted(tables)
        if stem.startswith("resources")
        for name in _Table(stem, tables[stem]).names(key)
    )


def _undoes(releases: Mapping[str, tuple[Pair, ...]]) -> dict[str, frozenset[str]]:
    """By a pair's name, every call that gives its resource back."""
    found: dict[str, set[str]] = {}
    for name, pairs in releases.items():
        for pair in {pair.name for pair in pairs}:
            found.setdefault(pair, set()).add(name)
    return {name: frozenset(calls) for name, calls in found.items()}


def _iterators(tables: Mapping[str, Mapping[str, object]]) -> dict[str, Walker]:
    """Every name of every ``[[iterator]]``."""
    return {
        name: Walker(row.text("pair"), row.number("variable"), row.text("release"))
        for stem in sorted(tables)
        for row in _Table(stem, tables[stem]).rows("iterator")
        for name in row.names("names")
    }


def _pair(row: _Table) -> Pair:
    acquire = row.data.get("acquire")
    names = frozenset({acquire}) if isinstance(acquire, str) else row.names("acquire")
    handle = row.data.get("handle", "result")
    return Pair(
        name=str(row.data.get("name") or min(names, default="")),
        acquire=names,
        releases=row.names("release"),
        handle=None if handle == "result" else row.number("handle"),
        release_arg=row.number("release_arg"),
        failure=_FAILING[_one_of(row, "failure", "null", _FAILING)],
        frees=row.truth("frees"),
        kind=str(row.data.get("kind", "")),
        mined=row.truth("mined"),
        borrowed=row.truth("borrowed"),
    )


def _frees(table: _Table) -> Iterator[tuple[str, Free]]:
    for row in table.rows("free"):
        arg, sure, holder = row.number("arg"), row.truth("sure"), row.truth("holder")
        for call in sorted(row.names("calls")):
            yield call, Free(
                call, arg, sure, holder,
                row.names("devm"), row.names("plain"), row.names("inside"),
            )  # fmt: skip


def _pairs(table: _Table) -> Iterator[BulkPair]:
    for row in table.rows("bulk"):
        array = row.number("array")
        yield BulkPair(
            name=row.text("name"),
            acquire=dict.fromkeys(sorted(row.names("acquire")), array),
            bulk=row.names("bulk_release"),
            single=row.names("single_release"),
            foreign=row.names("foreign_release"),
        )
