# SPDX-License-Identifier: GPL-2.0-or-later
"""Mails on disk: a mbox, a single mail, a patch, a Maildir, a folder of patches.

Reads no more than a thread can be; what is larger is an archive and is refused.
"""

from __future__ import annotations

import io
import re
import zlib
from pathlib import Path
from typing import BinaryIO

from vreview.errors import SeriesError
from vreview.parse.mail.headers import mail_headers
from vreview.parse.mail.mbox import is_mbox, split_mbox

BYTES_MAX = 64 << 20
_FILES_MAX = 10_000
_PATCH_NAME = re.compile(r"\.(patch|eml|mbox|mbx|mail)(\.gz)?$", re.IGNORECASE)
_GZIP = b"\x1f\x8b"


def messages_at(path: Path) -> tuple[bytes, ...]:
    """Raw messages of a file or folder. Raises SeriesError that says what it is instead."""
    try:
        if path.is_dir():
            return _messages_of_folder(path)
    except OSError as err:
        raise SeriesError(f"cannot read {path}: {err.strerror or err}") from err
    return messages_in(bytes_at(path), name=str(path))


def bytes_at(path: Path) -> bytes:
    """A file's bytes, as read_bounded gives them. Raises SeriesError."""
    try:
        with open(path, "rb") as file:
            return read_bounded(file, name=str(path))
    except OSError as err:
        raise SeriesError(f"cannot read {path}: {err.strerror or err}") from err


def read_bounded(file: BinaryIO, *, name: str) -> bytes:
    """All of a stream, unpacked when it is gzip (as lore's t.mbox.gz), BYTES_MAX at most."""
    data = file.read(BYTES_MAX + 1)
    if data.startswith(_GZIP):
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, BYTES_MAX + 1)
        except zlib.error as err:
            raise SeriesError(f"{name} begins like gzip but cannot be unpacked: {err}") from err
    if len(data) > BYTES_MAX:
        raise SeriesError(
            f"{name} is larger than {BYTES_MAX >> 20} MiB: that is an archive, not a thread",
            hint="save the one thread that holds the series as a mbox of its own",
        )
    return data


def messages_in(data: bytes, *, name: str) -> tuple[bytes, ...]:
    """Raw messages in a file's bytes: a mbox, or one mail. ``name`` is for the error."""
    if not data.strip():
        raise SeriesError(f"{name} is empty", hint="give a mbox, or patches of git format-patch")
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if is_mbox(data):
        return split_mbox(data)
    if b"\0" in data[:8192]:
        raise SeriesError(f"{name} is a binary file, not a mail", hint="give a mbox or a patch")
    headers, _ = mail_headers(data.replace(b"\r\n", b"\n"))
    named = {field for field, _ in headers.fields}
    if named & {"from", "subject"} and named & {"subject", "date", "message-id"}:
        return (data,)
    if re.search(rb"^(diff --git |--- [^\n]*\n\+\+\+ )", data, re.MULTILINE):
        raise SeriesError(
            f"{name} is a bare diff: it has neither author nor commit message",
            hint="commit it and give the range A..B, or make the file with git format-patch",
        )
    raise SeriesError(
        f"{name} is neither a mbox nor a mail: it begins with neither 'From ' nor mail headers",
        hint="give a mbox, an .eml file, or patches of git format-patch",
    )


def _messages_of_folder(folder: Path) -> tuple[bytes, ...]:
    maildir = [folder / "cur", folder / "new"]
    if all(part.is_dir() for part in maildir):
        files = sorted((f for part in maildir for f in part.iterdir() if f.is_file()), key=_name)
        what = "Maildir"
    else:
        files = sorted((f for f in folder.iterdir() if _PATCH_NAME.search(f.name)), key=_name)
        what = "folder"
    if not files:
        raise SeriesError(
            f"the {what} {folder} holds no mail",
            hint="patches are files named *.patch, *.eml or *.mbox",
        )
    if len(files) > _FILES_MAX or sum(f.stat().st_size for f in files) > BYTES_MAX:
        raise SeriesError(
            f"the {what} {folder} holds {len(files)} mails: that is an archive, not a thread",
            hint="copy the thread into a folder of its own",
        )
    found: list[bytes] = []
    for file in files:
        data = read_bounded(io.BytesIO(file.read_bytes()), name=str(file))
        found.extend(messages_in(data, name=str(file)))
    return tuple(found)


def _name(file: Path) -> str:
    return file.name
