# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of dismissed findings: text to model, and one entry to text.

Accepted: ``[[dismissed]]`` tables with ``id`` (a fingerprint, 20 hex digits), ``reason``, and, when
they like, ``until`` (a date, the last day on which it counts) and ``what``. Reads no files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime

from vreview.errors import ConfigError
from vreview.model.review import Dismissal
from vreview.parse.entries import entries

HEAD = """\
# Findings of vreview that are dismissed, each with its reason; `vreview dismiss` appends to it.
# The last entry for an id counts. Delete an entry, and its finding is told again.
"""
_KEYS = ("id", "reason", "until", "what")
_ID = re.compile(r"[0-9a-f]{20}")


def dismissals(text: str, *, source: str) -> tuple[Dismissal, ...]:
    """All entries in their order. Raises ConfigError with ``source`` and the entry's number."""
    return tuple(_entries(text, source))


def _entries(text: str, source: str) -> Iterator[Dismissal]:
    for where, row in entries(text, "dismissed", _KEYS, source=source):
        name, reason, what = row.get("id"), row.get("reason"), row.get("what", "")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            raise ConfigError(f"{where}: id must be a finding's id, 20 hex digits, not {name!r}")
        if not isinstance(reason, str) or not reason.strip():
            raise ConfigError(f"{where}: reason must say why, not {reason!r}")
        if not isinstance(what, str):
            raise ConfigError(f"{where}: what must be a text, not {what!r}")
        yield Dismissal(name, reason, _day(row.get("until"), where), what)


def _day(value: object, where: str) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise ConfigError(f"{where}: until must be a date such as 2030-01-31, not {value!r}")


def entry(dismissal: Dismissal) -> str:
    """The text of one entry, to be appended to a file that has others or none."""
    lines = ["", "[[dismissed]]", f"id = {_string(dismissal.fingerprint)}"]
    if dismissal.what:
        lines.append(f"what = {_string(dismissal.what)}")
    lines.append(f"reason = {_string(dismissal.reason)}")
    if dismissal.until is not None:
        lines.append(f"until = {dismissal.until.isoformat()}")
    return "\n".join(lines) + "\n"


def _string(text: str) -> str:
    """A basic string: TOML's escapes are JSON's, but for DEL and for halves of a pair."""
    clean = text.encode(errors="replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
