# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of known flaky tests: text to model.

Accepted: ``[[flaky]]`` tables with ``suite``, ``case`` (a shell pattern), ``reason``, ``link`` (an
address, http or https) and ``until`` (a date); none may be missing, so that no test is ever
silenced for ever or for nothing. Reads no files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from vreview.errors import ConfigError
from vreview.model.flaky import KnownFlaky
from vreview.parse.entries import entries

_TEXTS = {
    "suite": "name a suite",
    "case": "name a test case, or be a pattern such as 'timers.*'",
    "reason": "say why it is flaky",
    "link": "be an address where that is written up",
}
_LINK = re.compile(r"https?://\S+")


def known_flaky(text: str, *, source: str) -> tuple[KnownFlaky, ...]:
    """All entries in their order. Raises ConfigError with ``source`` and the entry's number."""
    return tuple(_entries(text, source))


def _entries(text: str, source: str) -> Iterator[KnownFlaky]:
    for where, row in entries(text, "flaky", (*_TEXTS, "until"), source=source):
        texts = {key: _text(row.get(key), key, where) for key in _TEXTS}
        if not _LINK.fullmatch(texts["link"]):
            raise ConfigError(f"{where}: link must be an address, not {texts['link']!r}")
        until = row.get("until")
        if not isinstance(until, date) or isinstance(until, datetime):
            raise ConfigError(
                f"{where}: until must be the last day on which it counts, such as 2030-01-31,"
                f" not {until!r}"
            )
        yield KnownFlaky(**texts, until=until, source=source)


def _text(value: object, key: str, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{where}: {key} must {_TEXTS[key]}, not {value!r}")
    return value
