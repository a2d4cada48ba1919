# SPDX-License-Identifier: GPL-2.0-or-later
"""A mail's header block: fields, encoded words, addresses, message-ids, dates.

Accepts what `git mailinfo` accepts, however far from RFC 5322. Knows nothing of patches.
"""

from __future__ import annotations

import binascii
import email.utils
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from vreview.model.series import MessageId, Person

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")
_ENCODED_WORD = re.compile(rb"=\?([^?\s]{0,60})\?([bBqQ])\?(.{0,1000}?)\?=")
_MESSAGE_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_FIELD_BYTES_MAX = 64 << 10
_REFERENCES_MAX = 200

_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
"""Python codecs that no mail means, and two of which take quadratic time."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of a mail that has none: the parsers ask no clock."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields in the mail's order: (name in lower case, unfolded raw value)."""

    fields: tuple[tuple[str, bytes], ...]

    def raw(self, name: str) -> bytes | None:
        """The first field of this name, as `git mailinfo` takes it."""
        return next((value for key, value in self.fields if key == name), None)

    def text(self, name: str) -> str:
        """The decoded first field, one line, without control characters; "" without one."""
        return one_line(decode_words(self.raw(name) or b""))


def mail_headers(raw: bytes) -> tuple[Headers, bytes]:
    """(headers, body) of a mail with LF line ends; blank lines and "From " in front are skipped."""
    return part_headers(raw.lstrip(b"\r\n"))


def part_headers(raw: bytes) -> tuple[Headers, bytes]:
    """(headers, body) of a MIME part: a blank line in front means that it has no headers."""
    fields: list[tuple[str, bytes]] = []
    at = 0
    while at < len(raw):
        end = raw.find(b"\n", at)
        end = len(raw) if end < 0 else end + 1
        line = raw[at : min(end, at + _FIELD_BYTES_MAX)]
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields[-1]
            if len(value) < _FIELD_BYTES_MAX:
                fields[-1] = (name, value + b" " + line.strip())
        elif match := _FIELD.match(line):
            fields.append((match[1].decode().lower(), line[match.end() :].strip()))
        elif not line.startswith((b"From ", b">From ")):
            break
        at = end
    if raw[at : at + 1] == b"\n":
        at += 1
    return Headers(tuple(fields)), raw[at:]


def to_text(data: bytes, charset: str) -> str:
    """Decodes as declared; what was declared wrongly is UTF-8, else Latin-1, as git guesses."""
    declared = charset.lower().replace("-", "_")
    if declared and declared not in _NO_CHARSETS:
        try:
            return data.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _word_bytes(encoding: bytes, payload: bytes) -> bytes:
    if encoding in b"bB":
        return from_base64(payload)
    return binascii.a2b_qp(payload, header=True)


def from_base64(data: bytes) -> bytes:
    """Decodes up to the padding; characters outside the alphabet (and a footer) are dropped."""
    data = re.sub(rb"[^A-Za-z0-9+/=]", b"", data).split(b"=", 1)[0]
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def decode_words(raw: bytes) -> str:
    """RFC 2047 decoding; a character split over two words of one charset survives."""
    out: list[tuple[str, bytes]] = []
    at = 0
    for match in _ENCODED_WORD.finditer(raw):
        between = raw[at : match.start()]
        if between.strip() or at == 0:
            out.append(("", between))
        charset = match[1].decode("latin-1").partition("*")[0]
        piece = _word_bytes(match[2], match[3])
        if out and out[-1][0] == charset and charset:
            out[-1] = (charset, out[-1][1] + piece)
        else:
            out.append((charset, piece))
        at = match.end()
    out.append(("", raw[at:]))
    return "".join(to_text(piece, charset) for charset, piece in out)


def one_line(text: str) -> str:
    """``text`` with control characters and runs of white space turned into single spaces."""
    kept = "".join(" " if unicodedata.category(c) in _CONTROLS else c for c in text)
    return " ".join(kept.split())


_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})


def persons(raw: bytes | None) -> tuple[Person, ...]:
    """The addresses of a To, Cc or From field; what is not one is left out."""
    if not raw:
        return ()
    try:
        pairs = email.utils.getaddresses([raw.decode("utf-8", "surrogateescape")])
    except (RecursionError, IndexError, ValueError):
        return ()
    found = (
        Person(_decoded(name), one_line(address.encode("utf-8", "replace").decode()))
        for name, address in pairs
    )
    return tuple(person for person in found if "@" in person.email)


def _decoded(name: str) -> str:
    return one_line(decode_words(name.encode("utf-8", "surrogateescape")))


def message_ids(raw: bytes | None) -> tuple[MessageId, ...]:
    """The ids of a Message-ID, In-Reply-To or References field, without brackets, in order."""
    if not raw:
        return ()
    text = one_line(raw.decode("utf-8", "replace"))
    found = _MESSAGE_ID.findall(text) or ([text.split()[0]] if "@" in text.split(" ")[0] else [])
    return tuple(MessageId(i) for i in found[-_REFERENCES_MAX:])


def date_of(raw: bytes | str | None) -> datetime:
    """The Date field with its own offset; EPOCH where it says nothing that is a date."""
    text = raw.decode("latin-1") if isinstance(raw, bytes) else raw or ""
    try:
        fields = email.utils.parsedate_tz(text)
        if fields is None:
            return EPOCH
        offset = fields[9] or 0
        zone = timezone(timedelta(seconds=offset)) if abs(offset) < 86400 else UTC
        return datetime(*fields[:6], tzinfo=zone)
    except (ValueError, OverflowError, IndexError, TypeError):
        return EPOCH


def parameters(value: bytes) -> Iterator[tuple[str, str]]:
    """The ``name=value`` parts of a Content-Type or Content-Disposition field."""
    for match in re.finditer(rb';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s;]*))', value):
        name = match[1].decode("latin-1").lower().rstrip("*")
        chosen = match[2] if match[2] is not None else match[3]
        yield name, chosen.decode("latin-1")
