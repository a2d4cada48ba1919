# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of test-tables/: which of the kernel's own tests are for which files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from vreview.errors import ConfigError


@dataclass(frozen=True, slots=True)
class KunitRow:
    """``source`` is the file that holds the test, ``symbol`` its option where the Makefile beside
    it does not say it; ``files`` are shell patterns."""

    source: str
    files: tuple[str, ...]
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class KunitTable:
    """In a ``broad`` folder a test beside a file is chosen only when it has the file's name."""

    broad: frozenset[str] = frozenset()
    rows: tuple[KunitRow, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetRow:
    """``programs`` are the only ones of the target that run; all when empty. ``options`` are what
    those want of the kernel: what the target's own config file says is for all of its programs."""

    name: str
    files: tuple[str, ...]
    programs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SelftestTable:
    """``unfit`` pairs a target, and all below it, with why it is not run."""

    rows: tuple[TargetRow, ...] = ()
    unfit: tuple[tuple[str, str], ...] = ()

    def why_unfit(self, target: str) -> str:
        """Empty for a target that runs in the guest."""
        for name, why in self.unfit:
            if target == name or target.startswith(f"{name}/"):
                return why
        return ""

    def row(self, target: str) -> TargetRow:
        """The target's row; one without files where the table has none."""
        found = (row for row in self.rows if row.name == target)
        return next(found, TargetRow(target, ()))

    def programs(self, target: str) -> tuple[str, ...]:
        return self.row(target).programs


def kunit_table(text: str, *, source: str) -> KunitTable:
    """Raises ConfigError with ``source`` and the row's number."""
    table = _table(text, source, ("broad", "test"))
    rows = tuple(
        KunitRow(
            _text(row, "source", where),
            _texts(row, "files", where),
            _text(row, "symbol", where, ""),
        )
        for row, where in _rows(table, "test", ("source", "files", "symbol"), source)
    )
    return KunitTable(frozenset(_texts(table, "broad", source, ())), rows)


def selftest_table(text: str, *, source: str) -> SelftestTable:
    """Raises ConfigError with ``source`` and the row's number."""
    table = _table(text, source, ("target", "unfit"))
    rows = tuple(
        TargetRow(
            _text(row, "name", where),
            _texts(row, "files", where),
            _texts(row, "programs", where, ()),
            _texts(row, "options", where, ()),
        )
        for row, where in _rows(table, "target", ("name", "files", "programs", "options"), source)
    )
    unfit = tuple(
        (name, _text(row, "why", where))
        for row, where in _rows(table, "unfit", ("targets", "why"), source)
        for name in _texts(row, "targets", where)
    )
    return SelftestTable(rows, unfit)


def _table(text: str, source: str, keys: tuple[str, ...]) -> dict[str, object]:
    try:
        table: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise ConfigError(f"cannot read {source}: {err}") from err
    _known(table, keys, source)
    return table


def _known(table: dict[str, object], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            raise ConfigError(f"{where}: there is no key {key!r}", hint=f"known: {', '.join(keys)}")


def _rows(
    table: dict[str, object], key: str, keys: tuple[str, ...], source: str
) -> Iterator[tuple[dict[str, object], str]]:
    rows = table.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{source}: {key} must be tables, each below a line [[{key}]]")
    for number, row in enumerate(rows, start=1):
        where = f"{source}: {key} {number}"
        _known(row, keys, where)
        yield row, where


def _text(row: dict[str, object], key: str, where: str, default: str | None = None) -> str:
    value = row.get(key, default)
    if not isinstance(value, str):
        raise ConfigError(f"{where}: {key} must be a text, not {value!r}")
    return value


def _texts(
    row: dict[str, object], key: str, where: str, default: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    value = row.get(key, default)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f"{where}: {key} must be a list of texts, not {value!r}")
    return tuple(value)
