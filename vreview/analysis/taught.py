# SPDX-License-Identifier: GPL-2.0-or-later
"""From parsed TOML to ``Knowledge``; what is not of its shape is refused, with the place.

It reads no files: whoever has parsed ``rules/knowledge/*.toml`` hands the tables over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vreview.analysis.knowledge import (
    BulkPair,
    Context,
    CountPair,
    Failing,
    Free,
    InFlight,
    InterruptCall,
    Knowledge,
    Level,
    LockCall,
    LockFamily,
    Need,
    Pair,
    Quieted,
    Registration,
    Result,
    Returns,
    Slot,
    Success,
    Turns,
    Waiter,
    Walker,
)
from vreview.analysis.tables import Table, one_of

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


def knowledge_from(tables: Mapping[str, Mapping[str, object]]) -> Knowledge:
    """Knowledge from parsed TOML, by file stem (``locks``, ``callbacks``, ``waiters``,
    ``sleepers``, ``errno``, ``pairs``). A missing file is an empty one; a wrong type or value
    raises ``ConfigError`` with the place."""
    errno = Table("errno", tables.get("errno", {}))
    sleepers = Table("sleepers", tables.get("sleepers", {}))
    families, takes, drops = _locks(Table("locks", tables.get("locks", {})))
    callbacks = Table("callbacks", tables.get("callbacks", {}))
    slots, registrations = _callbacks(callbacks)
    pairs = Table("pairs", tables.get("pairs", {}))
    acquires, releases = _resources(tables)
    waiting = Table("waiters", tables.get("waiters", {}))
    gone = Table("frees", tables.get("frees", {}))
    outer = tuple(Table("locks", tables.get("locks", {})).rows("outer"))
    conventions = [
        Table(stem, tables[stem]) for stem in sorted(tables) if stem.endswith("conventions")
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
        interrupts=dict(_interrupts(Table("locks", tables.get("locks", {})))),
        needs=dict(_needs(Table("locks", tables.get("locks", {})))),
        sleepers=sleepers.names("calls"),
        slots=slots,
        registrations=registrations,
        runs_in={
            kind: _LEVELS[one_of(row, "level", "process", _LEVELS)]
            for row in callbacks.rows("runs")
            for kind in row.names("kinds")
        },
        waiters={
            row.text("call"): Waiter(row.text("call"), row.number("object"), row.text("kind"))
            for row in Table("waiters", tables.get("waiters", {})).rows("waiter")
        },
        sleeping_flags=sleepers.names("flags"),
        bulk_pairs=bulks,
        page_releases=frozenset(n for p in bulks for n in p.bulk | p.single | p.foreign),
        count_pairs=counts,
        count_acquires=frozenset(name for pair in counts for name in pair.acquire),
        noreturn=errno.names("noreturn"),
        transparent=errno.names("transparent"),
        arithmetic=errno.names("arithmetic"),
        must_hold=Table("locks", tables.get("locks", {})).names("must_hold"),
        manners={
            key: Table("manners", tables["manners"]).names(key)
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
            for row in Table("waiters", tables.get("waiters", {})).rows("halfway")
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
        returns=dict(_returns(Table("returns", tables.get("returns", {})))),
        hurried=waiting.names("hurried"),
        slow_calls=waiting.names("slow_calls"),
        ended_by_core={
            (row.text("struct"), member): row.text("ended_by")
            for row in Table("callbacks", tables.get("callbacks", {})).rows("contract")
            for member in sorted(row.names("members"))
        },
        called_under={kind: row.text("lock") for row in outer for kind in row.names("callbacks")},
        takes_inside={row.text("lock"): row.names("calls") for row in outer},
        transfers={
            call: row.number("buffer")
            for row in Table("transfers", tables.get("transfers", {})).rows("transfer")
            for call in row.names("calls")
        },
    )


def _locks(
    table: Table,
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


def _interrupts(table: Table) -> Iterator[tuple[str, InterruptCall]]:
    for row in table.rows("interrupts"):
        what, flags = _QUIETED[one_of(row, "what", "irq", _QUIETED)], row.number("flags")
        for turns in _TURNS:
            for name in sorted(row.names(turns)):
                yield name, InterruptCall(what, turns, flags)


def _needs(table: Table) -> Iterator[tuple[str, Need]]:
    for row in table.rows("needs"):
        word, member = str(row.data.get("word", "")), str(row.data.get("member", ""))
        families, origins = row.names("families"), row.names("origins")
        need = Need(row.text("what"), families, word, member, row.truth("bh"), origins)
        for name in sorted(row.names("calls")):
            yield name, need


def _callbacks(
    table: Table,
) -> tuple[dict[tuple[str, str], Slot], dict[str, tuple[Registration, ...]]]:
    slots: dict[tuple[str, str], Slot] = {}
    registrations: dict[str, tuple[Registration, ...]] = {}
    for row in table.rows("slot"):
        context = _CONTEXT[one_of(row, "context", "sleepable", _CONTEXT)]
        for member in sorted(row.names("members")):
            kind, assigned = row.text("kind"), row.truth("assigned")
            slot = Slot(row.text("struct"), member, context, kind, assigned)
            slots[slot.struct, member] = slot
    for row in table.rows("register"):
        context = _CONTEXT[one_of(row, "context", "sleepable", _CONTEXT)]
        for call in sorted(row.names("calls")):
            entry = Registration(
                call, row.number("object"), row.number("callback"), row.text("kind"), context
            )
            registrations[call] = (*registrations.get(call, ()), entry)
    return slots, registrations


def _agreed(tables: Iterable[Table], key: str) -> frozenset[str]:
    """The names of one convention: a list, or a table from a name to how often it was kept."""
    found: set[str] = set()
    for table in tables:
        value = table.data.get(key, [])
        found |= set(value) if isinstance(value, dict) else table.names(key)
    return frozenset(found)


def _returns(table: Table) -> Iterator[tuple[str, Returns]]:
    for row in table.rows("returns"):
        success = _RESULTS[one_of(row, "success", "zero", _RESULTS)]
        failure = _RESULTS[one_of(row, "failure", "negative", _RESULTS)]
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
        for row in Table(stem, tables[stem]).rows("pair"):
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
        for name in Table(stem, tables[stem]).names(key)
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
        for row in Table(stem, tables[stem]).rows("iterator")
        for name in row.names("names")
    }


def _pair(row: Table) -> Pair:
    acquire = row.data.get("acquire")
    names = frozenset({acquire}) if isinstance(acquire, str) else row.names("acquire")
    handle = row.data.get("handle", "result")
    return Pair(
        name=str(row.data.get("name") or min(names, default="")),
        acquire=names,
        releases=row.names("release"),
        handle=None if handle == "result" else row.number("handle"),
        release_arg=row.number("release_arg"),
        failure=_FAILING[one_of(row, "failure", "null", _FAILING)],
        frees=row.truth("frees"),
        kind=str(row.data.get("kind", "")),
        mined=row.truth("mined"),
        borrowed=row.truth("borrowed"),
    )


def _frees(table: Table) -> Iterator[tuple[str, Free]]:
    for row in table.rows("free"):
        arg, sure, holder = row.number("arg"), row.truth("sure"), row.truth("holder")
        for call in sorted(row.names("calls")):
            yield call, Free(
                call, arg, sure, holder,
                row.names("devm"), row.names("plain"), row.names("inside"),
            )  # fmt: skip


def _pairs(table: Table) -> Iterator[BulkPair]:
    for row in table.rows("bulk"):
        array = row.number("array")
        yield BulkPair(
            name=row.text("name"),
            acquire=dict.fromkeys(sorted(row.names("acquire")), array),
            bulk=row.names("bulk_release"),
            single=row.names("single_release"),
            foreign=row.names("foreign_release"),
        )
