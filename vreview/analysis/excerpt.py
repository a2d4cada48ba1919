# SPDX-License-Identifier: GPL-2.0-or-later
"""The new side of a file's hunks, stitched into a text that can be analysed without a tree.

Every line keeps its number; what is not visible becomes a hole (see ``HOLE``), on the empty
lines of the gap. It knows neither patches nor files: who has hunks hands over ``Chunk``s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vreview.analysis.mask import mask

HOLE = b"__vreview_hole__"
_MARK = HOLE + b"();"
_SIGNATURE = re.compile(rb"^(?!\s*(?:struct|union|enum)\s+\w+\s*(?:\{|=|$))[A-Za-z_].*?(\w+)\s*\(")
_CLOSES = re.compile(rb"^\}")
_OPENS = re.compile(rb"^\{")
_TOP_LEVEL = re.compile(rb"^(?![A-Za-z_]\w*:(?!:))[A-Za-z_#/]")
_DEEPEST = 50  # blocks that any person nests
_PUNCTUATION = re.compile(
    rb"[(){};]|^[ \t]*(?:case\b[^:;?{}\n]*|default\s*|[A-Za-z_]\w*)(?<!:):(?!:)", re.MULTILINE
)
_CONTINUES = re.compile(rb"\s*(?:\|\||&&|[+/?:.,=<>|%^])")
_BRACE = re.compile(rb"[{}]")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Contiguous lines of a file, without line ends; ``first_line`` counts from 1.

    ``section`` is what follows the second ``@@`` of the hunk header: with some luck the line that
    opens the function in which the chunk begins.
    """

    first_line: int
    lines: tuple[bytes, ...]
    section: bytes = b""


def stitch(chunks: Sequence[Chunk]) -> bytes:
    """One text with all chunks at their own lines, every brace closed, gaps marked as holes.

    Chunks are taken in the order of their lines; one that overlaps an earlier one is left out.
    """
    text: list[bytes] = []
    open_function = b""
    for chunk in _contiguous(chunks):
        text.extend([b""] * (chunk.first_line - 1 - len(text)))
        part = _fit(chunk)
        glue = b""
        if open_function and part.name != open_function:
            glue, open_function = b"}", b""
        if part.name and not open_function:
            glue += b" " + _signature(chunk.section, part.name)
            glue += b"" if part.own_brace else b" {"
        if part.name and not part.own_brace:
            glue += _MARK
        if text:
            text[-1] += glue + part.opened
        text.extend(part.lines)
        text.append(part.closed)
        open_function = part.ends_in
    if open_function:
        text.append(b"}")
    return b"\n".join(text) + b"\n"


def laid_out(chunks: Sequence[Chunk]) -> tuple[tuple[bytes, ...], bytes]:
    """What is visible, every line at its number: as it stands, and masked. No braces are made."""
    lines: list[bytes] = []
    masked: list[bytes] = []
    for chunk in _contiguous(chunks):
        gap = [b""] * (chunk.first_line - 1 - len(lines))
        lines += [*gap, *chunk.lines]
        plain = mask(_whole_comments(b"\n".join(chunk.lines))).text
        masked += [*gap, *plain.split(b"\n")]
    return tuple(lines), b"\n".join(masked)


@dataclass(frozen=True, slots=True)
class _Part:
    """A chunk made fit: whole statements only, with the braces that it lacks on both sides.

    ``name``: the function in which it begins; ``ends_in``: the one that it leaves open.
    """

    lines: tuple[bytes, ...]
    name: bytes
    own_brace: bool
    opened: bytes
    closed: bytes
    ends_in: bytes


def _fit(chunk: Chunk) -> _Part:
    inside = _begins_inside(chunk)
    name = _name(chunk.section) if inside else b""
    text = b"\n".join(chunk.lines)
    if inside and not name:
        text = _without_head(text)
        inside = False
    text = _whole_comments(text)
    own_brace = inside and text.lstrip().startswith(b"{")
    text = _whole_statements(text, inside=inside and not own_brace)
    opened, closed, still_open = _balance(text, begins_in_function=inside and not own_brace)
    lines = tuple(text.split(b"\n"))
    ends_in = (_last_function(lines) or name or b"?") if still_open else b""
    return _Part(lines, name, own_brace, opened, closed, ends_in)


def _contiguous(chunks: Sequence[Chunk]) -> list[Chunk]:
    """In order; touching chunks become one, so that there is always a line for the glue."""
    joined: list[Chunk] = []
    for chunk in sorted(chunks, key=lambda c: c.first_line):
        if not chunk.lines:
            continue
        last = joined[-1] if joined else None
        end = last.first_line + len(last.lines) if last is not None else 0
        if last is not None and chunk.first_line == end:
            joined[-1] = Chunk(last.first_line, last.lines + chunk.lines, last.section)
        elif last is None or chunk.first_line > end:
            joined.append(chunk)
    return joined


def _begins_inside(chunk: Chunk) -> bool:
    """The first line that starts in column 0 closes something, or there is none."""
    for line in chunk.lines:
        if _CLOSES.match(line):
            return True
        if _OPENS.match(line):
            return True
        if line[:1] in (b"", b" ", b"\t", b"*") or line.startswith((b"#", b"//", b"/*")):
            continue
        if _TOP_LEVEL.match(line):
            return False
    return bool(chunk.section)


def _name(section: bytes) -> bytes:
    found = _SIGNATURE.match(section)
    return found.group(1) if found else b""


def _signature(section: bytes, name: bytes) -> bytes:
    """The section's line, its parameters closed as far as they are visible."""
    head = section.split(b"{")[0].rstrip()
    opening = head.find(b"(")
    parameters = head[opening + 1 :].rsplit(b")", 1)[0].rstrip().rstrip(b",")
    parameters = re.sub(rb"[^\w\s,*]", b" ", parameters)
    kind = re.sub(rb"\b(static|inline|extern)\b|[^\w\s*]", b" ", head[: head.find(name)]).strip()
    return b"static " + (kind or b"int") + b" " + name + b"(" + parameters + b")"


def _whole_comments(text: bytes) -> bytes:
    """Without the end of a comment that begins before the text."""
    end, start = text.find(b"*/"), text.find(b"/*")
    if end >= 0 and (start < 0 or end < start):
        return _blanked(text, 0, end + 2)
    return text


def _blanked(text: bytes, start: int, end: int) -> bytes:
    return text[:start] + re.sub(rb"[^\n]", b" ", text[start:end]) + text[end:]


def _whole_statements(text: bytes, *, inside: bool) -> bytes:
    """Without the rest of a statement at the start, and the beginning of one at the end."""
    plain = mask(text).text
    depth, lowest, safe = 0, 0, 0
    for found in _PUNCTUATION.finditer(plain):
        sign = found.group()
        if sign == b"(":
            depth += 1
        elif sign == b")":
            depth -= 1
        elif depth <= lowest:
            if inside and (depth < 0 or (not safe and _CONTINUES.match(plain))):
                text = _blanked(text, 0, found.start() + (sign == b";"))
                plain = _blanked(plain, 0, found.start() + (sign == b";"))
            inside, depth, lowest = False, 0, 0
            safe = found.end()
        lowest = min(lowest, depth)
    return _blanked(text, safe, len(text)) if safe < len(text) else text


def _balance(text: bytes, *, begins_in_function: bool) -> tuple[bytes, bytes, bool]:
    """Braces (with what they need before them) to open at the start and to close at the end of
    the text, and whether it ends inside a function, which is then left open."""
    missing: list[bytes] = []
    depth = 1 if begins_in_function else 0
    lines = mask(text).text.split(b"\n")
    for number, line in enumerate(lines):
        for brace in _BRACE.finditer(line):
            if brace.group() == b"{":
                depth += 1
                continue
            depth -= 1
            at_column_0 = brace.start() == 0
            if depth == 0 and not at_column_0 and begins_in_function and len(missing) < _DEEPEST:
                depth = 1
                missing.append(_opener(lines, number, brace.end()))
            depth = max(depth, 0)
        if line[:1] == b"}":
            begins_in_function = False
    opened = b"".join(b" " + opener for opener in reversed(missing))
    if depth == 0:
        return opened, b"", False
    return opened, _MARK + b"}" * (depth - 1), True


def _opener(lines: Sequence[bytes], number: int, end: int) -> bytes:
    rest = lines[number][end:].lstrip()
    if rest.startswith(b"while") and rest.rstrip().endswith(b";"):
        return b"do {" + _MARK
    if any(re.match(rb"\s*(case\b|default\s*:)", line) for line in lines[: number + 1]):
        return b"switch (" + HOLE + b"()) { default: " + _MARK
    return b"if (" + HOLE + b"()) {" + _MARK


def _without_head(text: bytes) -> bytes:
    """Without all up to the first ``}`` in column 0: the inside of something unknown."""
    found = re.search(rb"^\}[^\n]*", text, re.MULTILINE)
    return _blanked(text, 0, found.end() if found else len(text))


def _last_function(lines: Sequence[bytes]) -> bytes:
    """The name on the last line in column 0 that looks like a definition's first."""
    for line in reversed(lines):
        if _CLOSES.match(line):
            return b""
        if _TOP_LEVEL.match(line) and (found := _SIGNATURE.match(line)):
            return found.group(1)
    return b""
