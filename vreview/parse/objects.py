# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what binutils says of an object file: its functions (``objdump -t``), and the source lines
of addresses in it (``addr2line -a -i -f``). The text may come from a stranger's code: it is only
matched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vreview.model.observation import Place

_SYMBOL = re.compile(
    r"^(?P<value>[0-9a-f]{8,16}) [lgu! ][w ][C ][W ][Ii ][dD ]F (?P<section>\S+)\t"
    r"(?P<size>[0-9a-f]{8,16}) (?:\.hidden )?(?P<name>\S+)$",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"^0x[0-9a-f]+$")
_WHERE = re.compile(r"^(?P<file>.+?):(?P<line>\d+)(?: \(discriminator \d+\))?$")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of an object file: ``value`` is its offset in ``section``, in bytes."""

    name: str
    section: str
    value: int
    size: int


def functions_of(symbols: str) -> dict[str, Function]:
    """The functions in a symbol table, by name; of several with one name the first."""
    found: dict[str, Function] = {}
    for match in _SYMBOL.finditer(symbols):
        name = match["name"]
        function = Function(name, match["section"], int(match["value"], 16), int(match["size"], 16))
        found.setdefault(name, function)
    return found


def places_of(lines: str, *, source: str) -> tuple[tuple[Place, ...], ...]:
    """For each address, in the order in which they were asked, where it lies: the innermost
    inlined function first. ``source`` is the folder that file names lose. A place that is not
    known is left out."""
    return tuple(tuple(_chain(part, f"{source}/")) for part in _parts(lines))


def _parts(lines: str) -> Iterator[list[str]]:
    part: list[str] | None = None
    for line in lines.splitlines():
        if _ADDRESS.match(line):
            if part is not None:
                yield part
            part = []
        elif part is not None:
            part.append(line)
    if part is not None:
        yield part


def _chain(part: list[str], prefix: str) -> Iterator[Place]:
    for function, where in zip(part[::2], part[1::2], strict=False):
        found = _WHERE.match(where)
        if found and found["file"].startswith(prefix):
            name = "" if function == "??" else function
            yield Place(_short(found["file"].removeprefix(prefix)), int(found["line"]), name)


def _short(path: str) -> str:
    """Without the steps in and out of folders that an #include leaves in a name."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)
