# SPDX-License-Identifier: GPL-2.0-or-later
"""Conventions proposed by how most callers behave, from the conduct of a whole tree's functions.

Only functions that the shared headers name and that several folders use; a person judges what is
proposed here.
"""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vreview.analysis.habits import Conduct, Handed

_FOLDERS = 3
_CALLERS = 8
_CHECKED = 0.93
"""Of those that test a result: how many must test it the same way."""
_TESTED = 0.85
"""Of those that use a result that may be NULL: how many must test it."""
_KEPT = 0.98
_MUST_CALLERS = 15


@dataclass(frozen=True, slots=True)
class Habitual:
    """``name``: so many of its ``callers`` treat its result as ``kind`` says (err_pointer,
    null_pointer, must_check)."""

    kind: str
    name: str
    held_by: int
    callers: int


@dataclass(frozen=True, slots=True)
class Paired:
    """What ``acquire`` hands out goes to ``release``: in ``held_by`` of the ``callers`` that give
    it to anything that sounds like a release."""

    acquire: Handed
    release: str
    release_arg: int
    failure: str
    held_by: int
    callers: int


@dataclass(slots=True)
class Census:
    """Counts of all files; ``add`` them in any order."""

    habits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    folders: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    results: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    gives: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    forwards: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    handed: Counter[Handed] = field(default_factory=Counter)
    returned: Counter[Handed] = field(default_factory=Counter)
    pairs: Counter[tuple[Handed, str, int]] = field(default_factory=Counter)
    named: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)

    def add(self, path: str, functions: Iterable[Conduct]) -> None:
        """One file. Its static functions are its own: what it does with them does not count."""
        known = tuple(functions)
        shared = path.endswith(".h")
        private = {f.name for f in known if f.static and not shared}
        folder = posixpath.dirname(path)
        for function in known:
            if function.name not in private:
                self.results[function.name].add(function.result)
                self.gives[function.name] |= function.gives
                self.forwards[function.name] |= function.forwards
            self._add_calls(function, folder, private)

    def _add_calls(self, function: Conduct, folder: str, private: set[str]) -> None:
        for habit in function.habits:
            if habit.callee not in private:
                self.habits[habit.callee][habit.how] += 1
                self.folders[habit.callee].add(folder)
        for one in function.handed:
            if one.acquire not in private:
                self.handed[one] += 1
                self.folders[one.acquire].add(folder)
        seen = set()
        for back in function.given_back:
            if back.acquire.acquire not in private and back.release not in private:
                self.pairs[back.acquire, back.release, back.arg] += 1
                seen.add(back.acquire)
        self.returned.update(seen)

    def merge(self, other: Census) -> None:
        """Adds what another process counted."""
        for name, counts in other.habits.items():
            self.habits[name].update(counts)
        for mine, theirs in (
            (self.folders, other.folders),
            (self.results, other.results),
            (self.gives, other.gives),
            (self.forwards, other.forwards),
        ):
            for name, values in theirs.items():
                mine[name] |= values
        self.handed.update(other.handed)
        self.returned.update(other.returned)
        self.pairs.update(other.pairs)
        self.named |= other.named
        self.marked |= other.marked

    def shared(self, name: str) -> bool:
        return name in self.named and len(self.folders[name]) >= _FOLDERS

    def closure(self, name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """What a function may give back, those whose results it hands on included."""
        if name in seen or len(seen) > 5:
            return frozenset()
        given = set(self.gives.get(name, ()))
        for callee in sorted(self.forwards.get(name, ())):
            given |= self.closure(callee, seen | {name})
        return frozenset(given)


def habitual(census: Census) -> Iterator[Habitual]:
    """Proposed conventions, by kind and name."""
    for name in sorted(census.habits):
        counts = census.habits[name]
        total = counts.total()
        if not census.shared(name) or total < _CALLERS:
            continue
        used = total - counts["returned"] - counts["untested"]
        errors, null = counts["iserr"], counts["truth"]
        tested = errors + null + counts["iserr_or_null"]
        results, own = census.results.get(name, set()), census.gives.get(name, set())
        pointer = any("*" in kind for kind in results)
        if (pointer or not results) and errors >= _CALLERS - 2 and errors / tested >= _CHECKED:
            if not own & {"null"}:
                yield Habitual("err_pointer", name, errors, used)
        elif pointer and null >= _CALLERS and null / tested >= 0.97 and "err_ptr" not in own:
            if null / used >= _TESTED:
                yield Habitual("null_pointer", name, null, used)
        elif not pointer:
            kept = total - counts["dropped"] - counts["untested"]
            fails = name in census.marked or "errno" in census.closure(name)
            if fails and total >= _MUST_CALLERS and kept / total >= _KEPT:
                yield Habitual("must_check", name, kept, total)


def failure_of(census: Census, name: str) -> str:
    """With which result ``name`` says that it failed: errptr, null, nonzero, negative, never."""
    counts = census.habits[name]
    if census.results.get(name) == {"void"} or not counts:
        return "never"
    if counts["dropped"] / counts.total() > 0.7:
        return "never"
    errors, null, below = (
        counts["iserr"] + counts["iserr_or_null"],
        counts["truth"],
        counts["negative"],
    )
    if errors > max(null, below):
        return "errptr"
    if any("*" in kind or kind == "bool" for kind in census.results.get(name, ())):
        return "null" if null else "never"
    if below > null:
        return "negative"
    return "nonzero" if null else "never"


def paired(census: Census) -> Iterator[Paired]:
    """Proposed pairs, by name and with the commonest release first. An argument's release must
    also look like the acquire's counterpart, since a thing is given to many calls."""
    for (one, release, arg), count in sorted(
        census.pairs.items(), key=lambda item: (item[0][0].acquire, item[0][0].handle, -item[1])
    ):
        if count < _CALLERS - 2 or not (census.shared(one.acquire) and census.shared(release)):
            continue
        callers, total = census.returned[one], census.handed[one]
        usual, common = count / callers, count / total
        kin = counterpart(one.acquire, release)
        if one.handle < 0:
            fits = usual >= 0.3 and (kin or (common >= 0.15 and usual >= 0.6))
        else:
            fits = kin and (common >= 0.08 or usual >= 0.4)
        if fits:
            failure = failure_of(census, one.acquire)
            yield Paired(one, release, arg, failure, count, callers)


_COUNTERPARTS = (
    ("alloc", "free release put destroy"), ("get", "put release free"), ("find", "put"),
    ("lookup", "put"), ("create", "destroy remove free release unregister"), ("dup", "free"),
    ("register", "unregister deregister"), ("enable", "disable"), ("add", "del remove"),
    ("init", "exit cleanup fini destroy uninit deinit free release"), ("attach", "detach"),
    ("request", "release free"), ("open", "close"), ("start", "stop end"), ("map", "unmap"),
    ("begin", "end"), ("prepare", "unprepare"), ("acquire", "release"), ("claim", "release"),
    ("ref", "unref"), ("pin", "unpin"), ("load", "unload"), ("setup", "cleanup teardown"),
    ("connect", "disconnect"), ("inc", "dec"), ("bind", "unbind"), ("new", "free put release"),
    ("on", "off"), ("hold", "put"), ("want", "drop"), ("bread", "brelse"), ("run", "stop"),
    ("save", "restore"), ("lock", "unlock"), ("deassert", "assert"), ("parse", "free"),
    ("mount", "unmount umount"), ("take", "put drop"), ("use", "unuse"), ("copy", "free"),
    ("reserve", "unreserve"), ("resume", "put"), ("enter", "exit"), ("build", "free"),
)  # fmt: skip


def counterpart(acquire: str, release: str) -> bool:
    """True when the names differ by a verb and its opposite and share the rest, or the release's
    name is the opposite alone."""
    words, other = set(acquire.lower().split("_")), set(release.lower().split("_"))
    for verb, opposites in _COUNTERPARTS:
        if not any(verb in word for word in words):
            continue
        for opposite in opposites.split():
            if any(opposite in word for word in other) and (
                (words & other) - {verb, opposite, ""}
                or acquire.replace(verb, opposite) == release
                or len(other) == 1
            ):
                return True
    return False
