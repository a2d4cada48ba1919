# SPDX-License-Identifier: GPL-2.0-or-later
"""Which functions a diff changes, as far as its hunks alone tell.

A hunk's own text and its section ("@@ ... @@ static int f(...") are all that is read. C and what
looks like it; a function without a line that was added or taken out is not changed.
"""

from __future__ import annotations

import re

from vreview.model.series import FileDiff, Hunk

_DEFINED = re.compile(rb"(?:[A-Za-z_][\w \t*]*?[ \t*])?([A-Za-z_]\w*)\((?!.*;\s*$)")
_SYSCALL = re.compile(rb"(?:COMPAT_)?SYSCALL_DEFINE\d\((\w+)")
_INSIDE = re.compile(rb"[\t{}#]| (?!\*)|$|\w+:\s*(?:/\*.*)?$")
_SYSCALL_FORMS = ("__do_sys_", "__se_sys_", "__x64_sys_", "__ia32_sys_", "__arm64_sys_")


def functions_changed(diff: FileDiff) -> dict[str, int]:
    """The functions, each with the number, from 1, of the first hunk that changes it."""
    changed: dict[str, int] = {}
    for number, hunk in enumerate(diff.hunks, start=1):
        for name in _changed_in(hunk):
            changed.setdefault(name, number)
    return changed


def _changed_in(hunk: Hunk) -> list[str]:
    section = _defined(hunk.section.encode(errors="replace"))
    inside = {b"-": section, b"+": section}
    changed: list[str] = []
    for line in hunk.lines:
        marker, text = line[:1], line[1:].rstrip(b"\r\n")
        sides = [side for side in inside if marker in (side, b" ")]
        for side in sides:
            begun = _defined(text)
            if begun or not _INSIDE.match(text):
                # Something else begins at the left margin: a function, a struct, a comment.
                inside[side] = begun
        changed += inside.get(marker, [])
        for side in sides:
            if text.startswith(b"}"):
                inside[side] = []
    return changed


def _defined(text: bytes) -> list[str]:
    """The names under which a stack shows the function whose definition begins in this line."""
    syscall = _SYSCALL.match(text)
    if syscall:
        return [form + syscall[1].decode() for form in _SYSCALL_FORMS]
    found = _DEFINED.match(text)
    return [found[1].decode()] if found else []
