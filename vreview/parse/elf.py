# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program file needs to run: from an ELF header or a script's first line. Reads no files."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_MAGIC = b"\x7fELF"
_PT_INTERP = 3
_MACHINES = {0x03: "i386", 0x28: "arm", 0x3E: "x86_64", 0xB7: "arm64", 0xF3: "riscv"}


@dataclass(frozen=True, slots=True)
class Program:
    """``kind`` is "elf", "script", or "" for neither. ``machine`` is an ELF file's ("x86_64", or
    its number), ``interpreter`` the dynamic loader or the program of the ``#!`` line, empty where
    there is none."""

    kind: str
    machine: str = ""
    interpreter: str = ""


def program(data: bytes) -> Program:
    """Accepts 64-bit and 32-bit little-endian ELF files and text. Damaged headers give no
    interpreter rather than an error."""
    if data.startswith(_MAGIC):
        return _elf(data)
    if b"\0" in data[:4096] or not data:
        return Program("")
    if data.startswith(b"#!"):
        words = data[2:].split(b"\n", 1)[0].split()
        return Program("script", interpreter=words[0].decode(errors="replace") if words else "")
    return Program("script")


def _elf(data: bytes) -> Program:
    try:
        machine = struct.unpack_from("<H", data, 18)[0]
        name = _MACHINES.get(machine, f"machine {machine}")
        if data[4] != 2:
            return Program("elf", f"{name}, 32 bits" if machine == 0x3E else name)
        table = struct.unpack_from("<Q", data, 0x20)[0]
        size, count = struct.unpack_from("<HH", data, 0x36)
        for number in range(count):
            kind, _, offset, _, _, length = struct.unpack_from(
                "<IIQQQQ", data, table + number * size
            )
            if kind == _PT_INTERP:
                loader = data[offset : offset + length].rstrip(b"\0").decode(errors="replace")
                return Program("elf", name, loader)
    except (struct.error, IndexError, OverflowError):
        return Program("elf", "damaged")
    return Program("elf", name)
