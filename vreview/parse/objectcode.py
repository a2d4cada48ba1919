# SPDX-License-Identifier: GPL-2.0-or-later
"""What an object file does, as a digest: equal for sources that differ in comments alone.

Covers the bytes, relocations and symbols of every section, but those that say where code came
from (debug information, notes, the lines in bug tables), and what gcov adds beside the code.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QIIq")
_SYMTAB, _STRTAB, _RELA, _NOBITS = 2, 3, 4, 8
_TYPE_SECTION, _TYPE_FILE = 3, 4
_UNTOLD = re.compile(r"\.comment|\.note.*|\.debug.*|\.discard\..*|\.orc_.*|\.llvm_.*|\.BTF.*")
_COUNTED = re.compile(r"\.(?:init|fini)_array.*|\.[cd]tors.*|\.text\.(?:startup|exit).*")
_DATA = re.compile(r"\.data.*|\.bss.*")
_BUGS = "__bug_table"
# The kernel's initcalls bear the line of their macro in their name.
_LINE_IN_NAME = re.compile(r"^(__initcall__kmod_\w+?__\d+_)\d+_")


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    kind: int
    at: int
    size: int
    link: int
    info: int


@dataclass(frozen=True, slots=True)
class _Symbol:
    name: str
    kind: int
    section: int
    value: int
    size: int
    info: int


def code_digest(data: bytes) -> str | None:
    """24 hex digits; None for what is no 64-bit little-endian object file, or is cut short."""
    try:
        return _digest(data)
    except (struct.error, IndexError, ValueError):
        return None


def _digest(data: bytes) -> str | None:
    head = _HEADER.unpack_from(data)
    if head[0][:6] != b"\x7fELF\x02\x01" or head[1] != 1:
        return None
    sections = _sections(data, at=head[6], count=head[12], names=head[13])
    symbols = _symbols(data, sections)
    counted = any(symbol.name.startswith("__gcov") for symbol in symbols)
    relocations = {s.info: s for s in sections if s.kind == _RELA}
    whole = hashlib.sha256()
    for number, section in enumerate(sections):
        if section.kind in (0, _SYMTAB, _STRTAB, _RELA) or _UNTOLD.fullmatch(section.name):
            continue
        if counted and _COUNTED.fullmatch(section.name):
            continue
        spans = _spans(number, section, symbols) if counted and _DATA.match(section.name) else None
        whole.update(f"section {section.name}\n".encode())
        for start, end in spans or ([] if spans is not None else [(0, section.size)]):
            whole.update(f"{start if spans is None else ''} {end - start}\n".encode())
            if section.kind != _NOBITS and section.name != _BUGS:
                whole.update(data[section.at + start : section.at + end])
        if number in relocations:
            for line in _relocated(data, relocations[number], sections, symbols, spans):
                whole.update(line)
    for symbol in sorted(_told(symbols, counted), key=lambda s: (s.name, s.section, s.value)):
        place = sections[symbol.section].name if symbol.section < len(sections) else ""
        value = "" if counted and _DATA.match(place) else symbol.value
        whole.update(f"{symbol.name} {symbol.info} {place} {value} {symbol.size}\n".encode())
    return whole.hexdigest()[:24]


def _sections(data: bytes, *, at: int, count: int, names: int) -> list[_Section]:
    rows = [_SECTION.unpack_from(data, at + number * _SECTION.size) for number in range(count)]
    strings = rows[names][4]
    return [
        _Section(_text(data, strings + row[0]), row[1], row[4], row[5], row[6], row[7])
        for row in rows
    ]


def _symbols(data: bytes, sections: list[_Section]) -> list[_Symbol]:
    table = next((s for s in sections if s.kind == _SYMTAB), None)
    if table is None:
        return []
    strings = sections[table.link].at
    rows = _SYMBOL.iter_unpack(data[table.at : table.at + table.size])
    return [
        _Symbol(_name(_text(data, strings + name)), info & 15, section, value, size, info)
        for name, info, _, section, value, size in rows
    ]


def _name(name: str) -> str:
    return _LINE_IN_NAME.sub(r"\1_", name) if name.startswith("__initcall") else name


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode(errors="surrogateescape")


def _spans(number: int, section: _Section, symbols: list[_Symbol]) -> list[tuple[int, int]]:
    """The parts of a data section that are variables of the source, by name: gcov's own tables
    hold lines and stamps, and move the others."""
    own = sorted(
        (s.name, s.value, min(s.value + s.size, section.size))
        for s in symbols
        if s.section == number and s.size and not s.name.startswith("__gcov")
    )
    return [(start, end) for _, start, end in own]


def _told(symbols: list[_Symbol], counted: bool) -> Iterator[_Symbol]:
    for symbol in symbols:
        gcov = counted and (symbol.name.startswith(("__gcov", "_sub_")) or not symbol.name)
        if symbol.kind not in (_TYPE_SECTION, _TYPE_FILE) and not gcov:
            yield symbol


def _relocated(
    data: bytes,
    table: _Section,
    sections: list[_Section],
    symbols: list[_Symbol],
    spans: list[tuple[int, int]] | None,
) -> Iterator[bytes]:
    for offset, kind, index, addend in _RELOCATION.iter_unpack(
        data[table.at : table.at + table.size]
    ):
        inside = 0
        if spans is not None:
            span = next(((a, b) for a, b in spans if a <= offset < b), None)
            if span is None:
                continue
            inside = span[0]
        symbol = symbols[index]
        name = symbol.name or sections[symbol.section].name
        yield f"{offset - inside} {kind} {name} {addend}\n".encode()
