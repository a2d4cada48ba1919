# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that a guest sends back: each a line "file /PATH", base64 in lines, a line "end".

What a guest says is hostile: a file whose end is missing, whose data are no base64 or whose path
is not a plain absolute one, is left out. Writes nothing.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode

MOST_FILE_BYTES = 8 << 20
"""A larger file is left out; the channel as a whole has the watcher's bound."""

_PATH = re.compile(rb"/[\x21-\x7e]{1,1000}")


def collected_files(stream: bytes) -> tuple[tuple[str, bytes], ...]:
    """The whole files, in the order in which they came; one that comes twice counts as it came
    first."""
    files: dict[str, bytes] = {}
    path: str | None = None
    data: list[bytes] = []
    for raw in stream.split(b"\n"):
        line = raw.rstrip(b"\r")
        if line.startswith(b"file "):
            path, data = _plain(line[5:]), []
        elif line == b"end" and path is not None:
            whole = _decoded(b"".join(data))
            if whole is not None:
                files.setdefault(path, whole)
            path = None
        else:
            data.append(line)
    return tuple(files.items())


def _plain(path: bytes) -> str | None:
    whole = _PATH.fullmatch(path) is not None
    return path.decode() if whole and b".." not in path.split(b"/") else None


def _decoded(text: bytes) -> bytes | None:
    if len(text) > MOST_FILE_BYTES * 4 // 3 + 4:
        return None
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
