# SPDX-License-Identifier: GPL-2.0-or-later
"""TOML files that are parsed once: their tables lie in the cache, by the digest of their bytes.

A table is taken only for the very bytes that it was parsed from. A cache that is missing, damaged
or not writable costs the time of parsing and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from vreview.adapters.files import write_whole
from vreview.errors import ConfigError, StorageFailed
from vreview.rulebook import parse_table

_FORMAT = 1


class ParsedTables:
    """``read`` is a ``rulebook.TableReader``; ``keep`` afterwards leaves what it read for the
    next process. JSON, so that nothing in the file can be more than a table."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _kept(file)
        self._asked: dict[str, dict[str, object]] = {}

    def read(self, path: Path) -> dict[str, object]:
        """The table that ``path`` holds. Raises ConfigError for one that cannot be read."""
        try:
            data = path.read_bytes()
        except OSError as err:
            raise ConfigError(f"cannot read {path}: {err}") from err
        digest = hashlib.sha256(data).hexdigest()
        table = self._known.get(digest)
        if table is None:
            table = parse_table(data, path)
        self._asked[digest] = table
        return table

    def keep(self) -> None:
        """Writes the tables that were asked for, where the file holds others or lacks some."""
        if self._asked.keys() == self._known.keys():
            return
        with contextlib.suppress(StorageFailed, TypeError):  # JSON has no dates
            kept = {"format": _FORMAT, "tables": self._asked}
            write_whole(self._file, json.dumps(kept, ensure_ascii=False).encode())


def _kept(file: Path) -> dict[str, dict[str, object]]:
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict) or kept.get("format") != _FORMAT:
        return {}
    tables = kept.get("tables")
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        return {}
    return tables
