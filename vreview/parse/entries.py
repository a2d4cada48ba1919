# SPDX-License-Identifier: GPL-2.0-or-later
"""The frame of the files that people keep by hand: TOML, one kind of table, nothing else.

What stands in a table is for the module of its kind (``dismissals``, ``flaky``). Reads no files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence

from vreview.errors import ConfigError


def entries(
    text: str, kind: str, keys: Sequence[str], *, source: str
) -> Iterator[tuple[str, dict[str, object]]]:
    """Each table ``[[kind]]`` with the words that name it in an error ("FILE: entry 2").

    Raises ConfigError for what is no TOML, for other tables, and for keys not among ``keys``.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise ConfigError(f"cannot read {source}: {err}", hint=f"correct {source}") from err
    unknown = sorted(set(table) - {kind})
    if unknown:
        raise ConfigError(f"{source}: there is no key {unknown[0]!r}", hint=f"known: [[{kind}]]")
    rows = table.get(kind, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{source}: entries are tables, each below a line [[{kind}]]")
    for number, row in enumerate(rows, start=1):
        where = f"{source}: entry {number}"
        strange = sorted(set(row) - set(keys))
        if strange:
            known = ", ".join(keys)
            raise ConfigError(f"{where}: there is no key {strange[0]!r}", hint=f"known: {known}")
        yield where, row
