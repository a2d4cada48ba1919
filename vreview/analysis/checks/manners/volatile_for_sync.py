# SPDX-License-Identifier: GPL-2.0-or-later
"""``volatile`` on kernel data: it orders nothing and protects nothing.

Silent for device memory, inline assembly, and the architectures' own primitives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.facts import FileFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "volatile-for-synchronisation"
_VOLATILE = re.compile(rb"\bvolatile\b")
_ASSEMBLY = re.compile(rb"\b(?:asm|__asm__|__asm|asm_inline)\b|\bgoto\s*\(")
_TOLD = re.compile(rb"\bvolatile\b(?!-)", re.IGNORECASE)
_DEVICE = re.compile(rb"__iomem|\b\w*(?:reg|mmio|iomem|hw)\w*\b|\bjiffies\b", re.IGNORECASE)
_DECLARED = re.compile(rb"[*\s](\w+)\s*(?:\[[^]]*\]|:\s*\d+)?\s*(?:=[^;]*)?;")
_PRIMITIVES = ("arch/", "include/asm-generic/", "include/linux/compiler", "include/uapi/")


def check_file(file: FileFacts) -> Iterator[Hit]:
    """One hit for each declaration of data, by line."""
    if file.path.startswith(_PRIMITIVES) or not _VOLATILE.search(file.masked):
        return
    for number, plain in enumerate(file.masked.split(b"\n"), start=1):
        if not _VOLATILE.search(plain) or _ASSEMBLY.search(plain):
            continue
        source = file.lines[number - 1] if number <= len(file.lines) else b""
        declared = _DECLARED.search(plain)
        if declared is None or b"(" in plain or _DEVICE.search(source):
            continue
        if file.function_at(number) and b"*" not in plain and b"static" not in plain:
            continue  # nobody else sees a local variable
        if _explained(file, number):
            continue
        name = declared[1].decode("ascii", "replace")
        yield Hit(
            rule=RULE,
            function=file.function_at(number),
            line=number,
            subject=name,
            words=(("variable", name),),
            steps=(HitStep(number, "volatile orders nothing between CPUs"),),
        )


def _explained(file: FileFacts, number: int) -> bool:
    """A comment above says what volatile is for."""
    return any(number - 6 <= c.last < number and _TOLD.search(c.text) for c in file.comments)
