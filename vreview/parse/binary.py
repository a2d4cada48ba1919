# SPDX-License-Identifier: GPL-2.0-or-later
"""``GIT binary patch``: base85 lines to bytes, and git's deltas to blobs.

Reads the forward half only; the reverse half is skipped. Knows nothing of paths.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Sequence

from vreview.errors import SeriesError
from vreview.model.series import BinaryDiff

LIMIT_BYTES = 256 << 20
"""No file of a kernel tree comes near this; a declared size beyond it is an attack."""

_HALF = re.compile(rb"(literal|delta) ([0-9]{1,12})\s*$")


def parse_binary(lines: Sequence[bytes], start: int, *, path: str) -> tuple[BinaryDiff, int]:
    """The forward half that begins at ``lines[start]``, and where the binary patch ends.

    A half is ``literal SIZE`` or ``delta SIZE``, lines of a length letter and base85, and an
    empty line. Raises SeriesError that names ``path``.
    """
    forward, at = _half(lines, start, path=path)
    if forward is None:
        raise SeriesError(f"{path}: the binary patch has neither a literal nor a delta")
    _, at = _half(lines, at, path=path)
    return forward, at


def _half(lines: Sequence[bytes], start: int, *, path: str) -> tuple[BinaryDiff | None, int]:
    head = _HALF.match(lines[start]) if start < len(lines) else None
    if head is None:
        return None, start
    size = int(head[2])
    if size > LIMIT_BYTES:
        raise SeriesError(f"{path}: the binary patch claims {size} bytes; the limit is 256 MiB")
    packed = bytearray()
    at = start + 1
    while at < len(lines) and (line := lines[at].rstrip(b"\r\n")):
        packed += _line(line, path=path)
        at += 1
    data = _inflated(bytes(packed), size, path=path)
    return BinaryDiff(data=data, is_delta=head[1] == b"delta", size=size), at + 1


def _line(line: bytes, *, path: str) -> bytes:
    letter = line[:1]
    if b"A" <= letter <= b"Z":
        length = line[0] - ord("A") + 1
    elif b"a" <= letter <= b"z":
        length = line[0] - ord("a") + 27
    else:
        length = 0
    if not length or len(line) - 1 != (length + 3) // 4 * 5:
        raise SeriesError(f"{path}: a line of the binary patch is damaged: {line[:60]!r}")
    try:
        return base64.b85decode(line[1:])[:length]
    except ValueError as err:
        raise SeriesError(f"{path}: a line of the binary patch is damaged: {err}") from err


def _inflated(packed: bytes, size: int, *, path: str) -> bytes:
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(packed, size + 1)
    except zlib.error as err:
        raise SeriesError(f"{path}: the binary patch does not inflate: {err}") from err
    if len(data) != size or not inflater.eof:
        raise SeriesError(
            f"{path}: the binary patch claims {size} bytes and inflates to another number"
        )
    return data


def apply_delta(source: bytes, delta: bytes) -> bytes:
    """The blob that a git delta makes of ``source``. Raises ValueError when it does not fit.

    Format: gitformat-pack(5), "Deltified representation".
    """
    source_size, at = _varint(delta, 0)
    target_size, at = _varint(delta, at)
    if source_size != len(source):
        raise ValueError(f"the delta is for {source_size} bytes, the file has {len(source)}")
    if target_size > LIMIT_BYTES:
        raise ValueError(f"the delta claims {target_size} bytes")
    target = bytearray()
    while at < len(delta):
        opcode = delta[at]
        at += 1
        if opcode & 0x80:
            offset = size = 0
            for bit in range(7):
                if opcode & (1 << bit):
                    if at >= len(delta):
                        raise ValueError("the delta ends within a copy")
                    if bit < 4:
                        offset |= delta[at] << (8 * bit)
                    else:
                        size |= delta[at] << (8 * (bit - 4))
                    at += 1
            size = size or 0x10000
            if offset + size > len(source):
                raise ValueError("the delta copies from beyond the file's end")
            target += source[offset : offset + size]
        elif opcode:
            target += delta[at : at + opcode]
            at += opcode
        else:
            raise ValueError("the delta has a reserved instruction")
        if len(target) > target_size:
            break
    if len(target) != target_size:
        raise ValueError(f"the delta claims {target_size} bytes and makes {len(target)}")
    return bytes(target)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at
    raise ValueError("the delta's header is cut off")
