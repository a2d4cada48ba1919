# SPDX-License-Identifier: GPL-2.0-or-later
"""A parsed TOML table with its place, asked for values of a type: what is wrong names the place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vreview.errors import ConfigError


class Table:
    """``place`` is what a complaint names. Every question raises ConfigError for what is not of
    its type."""

    __slots__ = ("data", "place")

    def __init__(self, place: str, data: Mapping[str, object]) -> None:
        self.place = place
        self.data = data

    def text(self, key: str) -> str:
        """A name; it must be there."""
        value = self.data.get(key)
        if not isinstance(value, str) or not value:
            raise wrong(self.place, key, "a name", value)
        return value

    def number(self, key: str) -> int:
        """An argument number: 0 where nothing is said, -1 for none."""
        value = self.data.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value < 16:
            raise wrong(self.place, key, "an argument number from -1 to 15", value)
        return value

    def truth(self, key: str) -> bool:
        """False where nothing is said."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise wrong(self.place, key, "true or false", value)
        return value

    def names(self, key: str) -> frozenset[str]:
        """A list of names, or none."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise wrong(self.place, key, "a list of names", value)
        return frozenset(value)

    def rows(self, key: str) -> Iterator[Table]:
        """The tables of ``[[key]]``, each with its own place."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise wrong(self.place, key, "a list of tables", value)
        for number, row in enumerate(value, start=1):
            if not isinstance(row, dict):
                raise wrong(self.place, key, "a list of tables", row)
            yield Table(f"{self.place}.toml, [[{key}]] {number}", row)


def wrong(place: str, key: str, wanted: str, got: object) -> ConfigError:
    """The complaint about ``key`` of the table at ``place``, for the caller to raise."""
    return ConfigError(
        f"rules/knowledge: {place}: `{key}` must be {wanted}, not {got!r}",
        hint="correct the file under rules/knowledge/",
    )


def one_of(row: Table, key: str, default: str, allowed: Mapping[str, str]) -> str:
    """A word of ``allowed``. Raises ConfigError for another one."""
    value = row.data.get(key, default)
    if not isinstance(value, str) or value not in allowed:
        raise wrong(row.place, key, "one of " + ", ".join(sorted(allowed)), value)
    return value
