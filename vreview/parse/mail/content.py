# SPDX-License-Identifier: GPL-2.0-or-later
"""A mail's body: MIME parts, transfer encodings, format=flowed, into the text that was meant.

Keeps the bytes of a diff as they are: charsets are for the words around it.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from vreview.parse.mail.headers import (
    Headers,
    from_base64,
    mail_headers,
    parameters,
    part_headers,
    to_text,
)

_DEPTH_MAX = 6
_PARTS_MAX = 200
_PATCH_TYPES = frozenset({"text/plain", "text/x-patch", "text/x-diff", "text/x-csrc", "text/patch"})
_PATCH_NAME = re.compile(r"\.(patch|diff|eml|mbox)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A text part, decoded from its transfer encoding: LF line ends, its declared charset."""

    data: bytes
    charset: str
    wrapped: Headers | None = None
    """The headers of the attached mail (message/rfc822) in which the part lies."""

    @property
    def text(self) -> str:
        return to_text(self.data, self.charset)


def text_parts(headers: Headers, body: bytes) -> tuple[Part, ...]:
    """The parts that a reader of patches reads, in order: plain text, and attached patches.

    An attachment counts by its type or by a name that ends in .patch or .diff, whatever type
    the mail client gave it. HTML does not.
    """
    found: list[Part] = []
    for part in _walk(headers, body, depth=0):
        found.append(part)
        if len(found) >= _PARTS_MAX:
            break
    return tuple(found)


def _walk(
    headers: Headers, body: bytes, *, depth: int, wrapped: Headers | None = None
) -> Iterator[Part]:
    value = headers.raw("content-type") or b"text/plain"
    kind = value.partition(b";")[0].strip().lower().decode("latin-1")
    options = dict(parameters(value))
    boundary = options.get("boundary", "").encode("latin-1")
    if kind.startswith("multipart/") and boundary and depth < _DEPTH_MAX:
        for section in _sections(body, boundary):
            inner, payload = part_headers(section)
            yield from _walk(inner, payload, depth=depth + 1, wrapped=wrapped)
        return
    if kind == "message/rfc822" and depth < _DEPTH_MAX:
        # Mailman wraps a whole mail so (DMARC); the inner one is the patch.
        inner, payload = mail_headers(body)
        yield from _walk(inner, payload, depth=depth + 1, wrapped=inner)
        return
    disposition = headers.raw("content-disposition") or b""
    name = options.get("name") or dict(parameters(disposition)).get("filename", "")
    if "/" in kind and kind not in _PATCH_TYPES and not _PATCH_NAME.search(name):
        return
    data = _transfer_decoded(headers.raw("content-transfer-encoding") or b"", body)
    if options.get("format", "").lower() == "flowed":
        data = unflowed(data, delsp=options.get("delsp", "").lower() == "yes")
    yield Part(data, options.get("charset", ""), wrapped)


def _sections(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What stands between the boundary lines; a missing closing boundary ends at the end."""
    mark = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\n|\Z)", re.MULTILINE)
    begin: int | None = None
    for match in mark.finditer(body):
        if begin is not None:
            yield body[begin : max(begin, match.start() - 1)] + b"\n"
        if match[1]:
            return
        begin = match.end()
    if begin is not None:
        yield body[begin:]


def _transfer_decoded(encoding: bytes, body: bytes) -> bytes:
    match encoding.strip().lower():
        case b"base64":
            body = from_base64(body)
        case b"quoted-printable":
            body = binascii.a2b_qp(body)
        case _:
            return body
    # RFC 2045 wants CRLF inside; when all lines have it, it is the mail's, not the file's.
    # (git mailinfo keeps it and git am then fails: --quoted-cr=strip. b4 strips every CR.)
    if body.count(b"\r\n") == body.count(b"\n"):
        body = body.replace(b"\r\n", b"\n")
    return body


def unflowed(data: bytes, *, delsp: bool) -> bytes:
    """RFC 3676: joins the soft line breaks, takes out the stuffed spaces.

    b4 leaves flowed text as it came, with which no context line of a diff matches.
    """
    out: list[bytes] = []
    held: list[bytes] = []
    for line in data.split(b"\n"):
        if line == b"-- ":
            if held:
                out.append(b"".join(held))
                held.clear()
            out.append(line)
            continue
        bare = line[1:] if line.startswith(b" ") else line
        # " " alone is an empty context line of a diff, which Thunderbird stuffs but means hard;
        # git mailinfo joins it to the next line and git am then finds the patch corrupt.
        if bare.endswith(b" ") and bare != b" ":
            held.append(bare[:-1] if delsp else bare)
            continue
        out.append(b"".join((*held, bare)))
        held.clear()
    if held:
        out.append(b"".join(held))
    return b"\n".join(out)
