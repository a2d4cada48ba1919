# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree's MAINTAINERS: sections with the files that they cover.

Accepted: sections after the "---" line of the head, each a title and lines "X:<tab>value". Of
these F: and X: are kept; N: and K: are Perl's regular expressions, and a stranger's: passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

_LINE = re.compile(r"^(?P<kind>[A-Z]):\s*(?P<value>\S.*?)\s*$")
_EVERYTHING = ("*", "*/")
_MOST_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Section:
    """``files`` and ``excluded`` are patterns as get_maintainer reads them: with a "/" at the end
    everything below, else "*" within one folder."""

    title: str
    files: tuple[str, ...]
    excluded: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        return any(matches(path, f) for f in self.files) and not any(
            matches(path, x) for x in self.excluded
        )


def sections(text: str) -> tuple[Section, ...]:
    """All sections with files, without the one for everything."""
    return tuple(s for s in _sections(text[:_MOST_BYTES]) if not set(s.files) & set(_EVERYTHING))


def _sections(text: str) -> Iterator[Section]:
    title, files, excluded = "", list[str](), list[str]()
    for line in (*text.splitlines(), ""):
        found = _LINE.match(line)
        if found is None:
            if files:
                yield Section(title, tuple(files), tuple(excluded))
            title, files, excluded = line.strip(), [], []
        elif found["kind"] == "F":
            files.append(found["value"])
        elif found["kind"] == "X":
            excluded.append(found["value"])


def matches(path: str, pattern: str) -> bool:
    """Whether a file is one of a pattern's. A folder's name means all that is below it, with its
    "/" or without."""
    bare = pattern.rstrip("/")
    parts, wanted = path.split("/"), bare.split("/")
    if len(parts) < len(wanted):
        return False
    if len(parts) > len(wanted) and not pattern.endswith("/") and "*" in wanted[-1]:
        return False
    return all(fnmatchcase(p, w) for p, w in zip(parts, wanted, strict=False))
