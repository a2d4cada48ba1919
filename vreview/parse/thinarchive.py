# SPDX-License-Identifier: GPL-2.0-or-later
"""Kbuild's archives (``built-in.a``, ``vmlinux.a``): the names of their objects.

They are thin: a header for each member, whose contents stay in their own files.
"""

from __future__ import annotations

import re

_MAGIC = b"!<thin>\n"
_HEADER = 60
_LONG = re.compile(rb"/(\d+)(?:[: ]|$)")
_TABLES = frozenset({b"/", b"//", b"/SYM64/"})


def members(data: bytes) -> tuple[str, ...] | None:
    """The members' paths, relative to the archive's folder; None for what is no thin archive."""
    if not data.startswith(_MAGIC):
        return None
    found: list[str] = []
    names, at = b"", len(_MAGIC)
    while at + _HEADER <= len(data):
        name = data[at : at + 16].rstrip()
        size = data[at + 48 : at + 58].strip()
        at += _HEADER
        if name in _TABLES:
            if not size.isdigit():
                return None
            if name == b"//":
                names = data[at : at + int(size)]
            at += int(size) + int(size) % 2
        else:
            found.append(_name(name, names).decode(errors="surrogateescape"))
    return tuple(found)


def _name(short: bytes, names: bytes) -> bytes:
    """``/123`` is the place of a long name (GNU ar may leave a slash at the field's end as well);
    others end in a slash themselves."""
    if long := _LONG.match(short):
        return names[int(long[1]) :].partition(b"/\n")[0]
    return short.removesuffix(b"/")
