# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the stack of a splat: its frames, and the functions that matter among them.

Accepts the forms of x86 ("RIP: 0010:f+0x1/0x2", " ? f+0x1/0x2 [module]", "[<address>]"), and of
arm64 ("pc : f+0x1/0x2", " f+0x1/0x2 (P)"). The text is hostile: it is only matched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vreview.model.trial import Frame
from vreview.parse.splats import HELPERS, Row
from vreview.parse.splats.row import CALL_TRACE

_POINT = (
    r"(?P<function>[A-Za-z_][\w.]*)\+0x(?P<offset>[0-9a-f]{1,8})/0x(?P<size>[0-9a-f]{1,8})"
    r"(?: \[(?P<module>[\w-]+)(?: [0-9a-f]+)?\])?"
)
_FRAME = re.compile(rf" *(?:\[<(?:[0-9a-f]+|\(____ptrval____\))>\] *)?(?P<guess>\? )?{_POINT}")
_PC = re.compile(rf"(?:RIP: [0-9a-f]{{4}}:|pc : ){_POINT}")
_LOCK = re.compile(r" *#\d+: ")
_LEFT = re.compile(r" *</[A-Z]+>")
_MARKER = re.compile(
    r" *</?[A-Z_]+>| *$| *Call [Tt]race:|R[A-Z0-9]{1,2}[:P]|Code:|EFLAGS:|FS: |CS: |CR\d: |DR\d: "
    r"|ORIG_RAX:|PKRU:| *(?:---|===)"
)
_ANYWHERE = re.compile(r"(?<![\w.])(?P<function>[A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+")
_NMI = re.compile(r"asm_exc_nmi|end_repeat_nmi|nmi|exc_nmi|nmi_restore")
_USER = re.compile(r"RIP: 0033:")
_SUFFIX = re.compile(r"\.(?:constprop|isra|part|cold|llvm)\b.*")


@dataclass(frozen=True, slots=True)
class Stack:
    """``frames`` as they were printed, where the processor stood first; ``functions`` are the ones
    that matter, innermost first, without helpers and guesses. ``begins`` is the index of the line
    with the first frame."""

    frames: tuple[Frame, ...] = ()
    functions: tuple[str, ...] = ()
    begins: int = 0


def read_stack(lines: Sequence[str], row: Row) -> Stack:
    """The stack of a splat of this kind, whose text ``lines`` are."""
    begins, pc, frames = _frames(lines, row)
    sure = [frame for frame in frames if not frame.guess]
    # Early in boot the unwinder has nothing to go by: then guesses are all there is.
    named = [base_name(frame.function) for frame in (*pc, *(sure or frames))]
    if pc and named[0] in named[1:]:
        # The stack goes through the exception's own entry first; the fault is where RIP says.
        named = named[named.index(named[0], 1) :]
    kept = [name for name in named if not HELPERS.fullmatch(name)]
    skip = 0
    while row.through is not None and skip < len(kept) - 1 and row.through.fullmatch(kept[skip]):
        skip += 1
    return Stack((*pc, *frames), tuple(kept[skip:]), begins)


def interrupted(lines: Sequence[str]) -> tuple[Frame, ...]:
    """Where a processor stood that an NMI made report, innermost first; without guesses, if there
    is anything else. None of them where it was in user space."""
    frames: list[Frame] = []
    traced = False
    for line in lines:
        traced = traced or CALL_TRACE.match(line) is not None
        found = _PC.match(line) or (_FRAME.match(line) if traced else None)
        if found and _NMI.fullmatch(found["function"]):
            frames.clear()  # so far it was the report itself
        elif found and (not frames or found["function"] != frames[-1].function):
            frames.append(_frame(found))
        elif _USER.match(line):
            return ()
    return tuple(frame for frame in frames if not frame.guess) or tuple(frames)


def last_line(lines: Sequence[str]) -> int:
    """The index of the last line that looks like a part of a stack or of its surroundings."""
    last = 0
    for number, line in enumerate(lines):
        if any(seen.match(line) for seen in (_FRAME, _PC, _LEFT, _LOCK)) or "all trace:" in line:
            last = number
    return last


def functions_named(text: str) -> tuple[str, ...]:
    """Every function that the text names with an offset, each once, in order."""
    return tuple(dict.fromkeys(base_name(m["function"]) for m in _ANYWHERE.finditer(text)))


def base_name(function: str) -> str:
    """The function without what the compiler put behind its name ("f.isra.0", "f.cold")."""
    return _SUFFIX.sub("", function)


def _frames(lines: Sequence[str], row: Row) -> tuple[int, list[Frame], list[Frame]]:
    """The first line with a frame; where the processor stood, if that was said; and the first stack
    that is not to be skipped.

    In a log that was cut before the stack, the first part alone.
    """
    pc: list[Frame] = []
    frames: list[Frame] = []
    inside = foreign = False
    begins = 0
    for index, line in enumerate(lines):
        if not inside:
            foreign = foreign or (row.skips is not None and row.skips.match(line) is not None)
            found = _PC.match(line)
            if found and not pc and not foreign:
                pc.append(replace(_frame(found), exact=True))
                begins = index
            inside = row.stack.match(line) is not None
            continue
        found = _FRAME.match(line)
        if found and not foreign:
            begins = begins if pc or frames else index
            frames.append(_frame(found))
        elif not found and frames and not _MARKER.match(line):
            break
        elif not found and foreign and line.strip() and not _MARKER.match(line):
            inside = foreign = False
    return begins, pc, frames


def _frame(found: re.Match[str]) -> Frame:
    groups = found.groupdict()
    return Frame(
        function=found["function"],
        offset=int(found["offset"], 16),
        size=int(found["size"], 16),
        guess=bool(groups.get("guess")),
        module=found["module"] or "",
    )
