# SPDX-License-Identifier: GPL-2.0-or-later
"""What a rule's folder says in text: the marks in its C, the sections of its page, its history.

Accepted: ``/* vreview: AREA/ID */`` on a line that is flagged, ``## NAME`` above a section, and
``[[fix]]`` tables with ``hash`` (12 to 40 hex digits) or ``message_id``, ``subject`` and ``why``.
Reads no files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vreview.errors import ConfigError

SECTIONS = ("What", "Why", "Example", "Instead", "Known false positives")
"""Of a rule's README.md, in this order."""

_MARK = re.compile(r"/\* vreview: (\S+) \*/")
_HASH = re.compile(r"[0-9a-f]{12,40}")
_MESSAGE_ID = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_FIX_KEYS = frozenset({"hash", "message_id", "subject", "why"})


@dataclass(frozen=True, slots=True)
class PastFix:
    """A fix that was merged, whose bug the rule would have reported.

    Exactly one of ``hash`` (of the commit, 12 digits or more) and ``message_id`` (of the mail)
    is there: mails have no hash, and archives keep what trees rebase.
    """

    subject: str
    why: str
    hash: str = ""
    message_id: str = ""

    @property
    def name(self) -> str:
        """How the kernel writes it down: ``hash ("subject")``, with the mail's id for a hash."""
        return f'{self.hash or f"<{self.message_id}>"} ("{self.subject}")'


def marks(text: str) -> tuple[tuple[int, str], ...]:
    """Line (from 1) and rule of each mark, in the order of the text."""
    lines = enumerate(text.splitlines(), start=1)
    return tuple((number, mark[1]) for number, line in lines for mark in _MARK.finditer(line))


def unmarked(text: str) -> str:
    """The text without its marks, and without the spaces before them."""
    return re.sub(rf"[ \t]*{_MARK.pattern}", "", text)


def sections(text: str) -> dict[str, str]:
    """The text below each ``## NAME``, by name; what stands above the first is left out."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {name.strip(): body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def past_fixes(table: Mapping[str, object], *, source: str) -> tuple[PastFix, ...]:
    """The fixes of a parsed history.toml. Raises ConfigError with ``source``, the number of the
    fix, and what is not as it must be."""
    unknown = sorted(set(table) - {"fix"})
    if unknown:
        raise ConfigError(f"{source}: there is no key {unknown[0]!r}", hint="known: [[fix]]")
    rows = table.get("fix", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{source}: fixes are tables, each below a line [[fix]]")
    return tuple(_fixes(rows, source))


def _fixes(rows: list[dict[str, object]], source: str) -> Iterator[PastFix]:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        where = f"{source}: fix {number}"
        unknown = sorted(set(row) - _FIX_KEYS)
        if unknown:
            known = ", ".join(sorted(_FIX_KEYS))
            raise ConfigError(f"{where}: there is no key {unknown[0]!r}", hint=f"known: {known}")
        words = {key: _text(row, key, where) for key in ("subject", "why")}
        if ("hash" in row) == ("message_id" in row):
            raise ConfigError(f"{where} must have either a hash or a message_id")
        key, shape, wanted = (
            ("hash", _HASH, "12 to 40 hexadecimal digits")
            if "hash" in row
            else ("message_id", _MESSAGE_ID, "an id without its brackets, such as a1@example.org")
        )
        name = _text(row, key, where)
        if not shape.fullmatch(name):
            raise ConfigError(f"{where}: {key} must be {wanted}, not {name!r}")
        if name in seen:
            raise ConfigError(f"{where}: {name} is there already")
        seen.add(name)
        yield PastFix(**words, **{key: name})


def _text(row: Mapping[str, object], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{where}: {key} must be a text, not {value!r}")
    return " ".join(value.split())
