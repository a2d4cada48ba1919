# SPDX-License-Identifier: GPL-2.0-or-later
"""Which suite is on the way of which files: reads paths.toml, which says how."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("paths.toml")


def touches(suite: str, touched: Sequence[str]) -> bool:
    """Whether a series that touches these files could change what ``suite`` tests.

    Raises KeyError for a suite that the table does not know.
    """
    patterns = _patterns()[suite]
    return any(fnmatchcase(path, pattern) for path in touched for pattern in patterns)


@cache
def _patterns() -> Mapping[str, tuple[str, ...]]:
    table = tomllib.loads(_TABLE.read_text())
    return {name: tuple(entry["paths"]) for name, entry in table.items()}
