# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run has finished, so that a killed one goes on where it was.

A step's value is written whole under its key before the next step begins; asking for the same
key again gives the value and does no work. Knows nothing of what the steps do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from cattrs.errors import BaseValidationError
from cattrs.preconf.json import make_converter

from vreview.ports import RunStore

T = TypeVar("T")

SCHEMA = 1
_CONVERTER = make_converter()


def plain(value: object) -> object:
    """A model value as JSON-able lists, dicts and scalars."""
    return _CONVERTER.unstructure(value)


class Journal:
    """The finished steps of one run."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def once(self, key: str, kind: type[T], compute: Callable[[], T]) -> T:
        """The value of ``key``: from the store, or computed and stored.

        A stored value that does not fit ``kind`` any more (another version wrote it) is computed
        again. Raises what ``compute`` raises, and StorageFailed.
        """
        found = self._load(key, kind)
        if found is not None:
            return found
        value = compute()
        self._store.save(key, {"schema": SCHEMA, "value": _CONVERTER.unstructure(value)})
        return value

    def has(self, key: str) -> bool:
        return self._store.load(key) is not None

    def _load(self, key: str, kind: type[T]) -> T | None:
        stored: Mapping[str, object] | None = self._store.load(key)
        if stored is None or stored.get("schema") != SCHEMA:
            return None
        try:
            return _CONVERTER.structure(stored["value"], kind)
        except (BaseValidationError, KeyError, ValueError, TypeError):
            return None
