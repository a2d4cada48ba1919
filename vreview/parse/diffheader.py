# SPDX-License-Identifier: GPL-2.0-or-later
"""What git's extended header lines say of one file of a diff: names, modes, blobs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vreview.errors import SeriesError
from vreview.model.series import BinaryDiff, Hunk
from vreview.parse.hunks import shown
from vreview.parse.paths import checked_path, unquoted

LINK = 0o120000

_INDEX = re.compile(rb"([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?\s*$")


@dataclass(slots=True)
class Header:
    """What the header lines of one file have said so far."""

    new_file: bool = False
    deleted: bool = False
    renamed: bool = False
    copied: bool = False
    moved_from: str | None = None
    moved_to: str | None = None
    minus: str | None = None
    plus: str | None = None
    old_mode: int | None = None
    new_mode: int | None = None
    old_blob: str = ""
    new_blob: str = ""
    hunks: list[Hunk] = field(default_factory=list)
    binary: BinaryDiff | None = None
    binary_missing: bool = False


def extended_line(header: Header, line: bytes) -> bool:
    """Takes one extended header line into ``header``; False when it is none of them."""
    word, rest = _split_keyword(line)
    match word:
        case b"--- ":
            header.minus = _side(rest)
        case b"+++ ":
            header.plus = _side(rest)
        case b"old mode ":
            header.old_mode = _mode(rest)
        case b"new mode ":
            header.new_mode = _mode(rest)
        case b"new file mode ":
            header.new_file, header.new_mode = True, _mode(rest)
        case b"deleted file mode ":
            header.deleted, header.old_mode = True, _mode(rest)
        case b"rename from ":
            header.renamed, header.moved_from = True, _whole_name(rest)
        case b"rename to ":
            header.renamed, header.moved_to = True, _whole_name(rest)
        case b"copy from ":
            header.copied, header.moved_from = True, _whole_name(rest)
        case b"copy to ":
            header.copied, header.moved_to = True, _whole_name(rest)
        case b"index ":
            if index := _INDEX.match(rest):
                header.old_blob, header.new_blob = index[1].decode(), index[2].decode()
                if index[3]:
                    header.old_mode = header.new_mode = _mode(index[3])
        case b"similarity index " | b"dissimilarity index ":
            pass
        case _:
            return False
    return True


_KEYWORDS = (
    b"--- ",
    b"+++ ",
    b"old mode ",
    b"new mode ",
    b"new file mode ",
    b"deleted file mode ",
    b"rename from ",
    b"rename to ",
    b"copy from ",
    b"copy to ",
    b"index ",
    b"similarity index ",
    b"dissimilarity index ",
)


def _split_keyword(line: bytes) -> tuple[bytes, bytes]:
    for word in _KEYWORDS:
        if line.startswith(word):
            return word, line[len(word) :]
    return b"", line


def _side(text: bytes) -> str | None:
    """The path of a ``---`` or ``+++`` line; None for /dev/null."""
    quoted = unquoted(text)
    name = quoted[0] if quoted else text.split(b"\t")[0]
    return None if name.rstrip() == b"/dev/null" else checked_path(name, strip=1)


def _whole_name(text: bytes) -> str:
    """The path of a rename or copy line, which has no ``a/``."""
    quoted = unquoted(text)
    return checked_path(quoted[0] if quoted else text, strip=0)


def name_of_git_line(text: bytes) -> str | None:
    """The path that both halves of ``a/PATH b/PATH`` agree on; None when they do not."""
    first = unquoted(text)
    if first is not None:
        left, rest = first
        right = (unquoted(rest[1:]) or (rest[1:], b""))[0]
        return _agreed(left, right)
    quote = text.find(b' "')
    if quote >= 0 and (second := unquoted(text[quote + 1 :])):
        return _agreed(text[:quote], second[0])
    # A name may hold spaces; of all cuts only one has the same name on both sides.
    for cut in re.finditer(rb" ", text):
        if agreed := _agreed(text[: cut.start()], text[cut.end() :]):
            return agreed
    for half in text.split():
        checked_path(half, strip=1 if b"/" in half else 0)
    return None


def _agreed(left: bytes, right: bytes) -> str | None:
    name = left.partition(b"/")[2]
    return checked_path(left, strip=1) if name and name == right.partition(b"/")[2] else None


def git_paths(header: Header, default: str | None, *, line: str) -> tuple[str | None, str | None]:
    """Old and new path. All lines that name one must agree (git: "header inconsistent")."""
    if header.renamed or header.copied:
        old, new = header.moved_from, header.moved_to
        if old is None or new is None:
            raise SeriesError(f"{line}: only one half of a rename or copy is named")
    else:
        old = default or header.minus or header.plus
        new = default or header.plus or header.minus
    for named, path in ((header.minus, old), (header.plus, new)):
        if named is not None and named != path:
            raise SeriesError(f"{line}: the header names {path!r} and {named!r} for one file")
    if old is None or new is None:
        raise SeriesError(f"{line}: cannot tell which file this is about")
    if header.new_file and header.deleted:
        raise SeriesError(f"{new}: the header says both new file and deleted file")
    return (None if header.new_file else old), (None if header.deleted else new)


def _mode(text: bytes) -> int:
    """git's canonical mode. Raises for what a kernel patch has no business with."""
    digits = text.strip()
    if not re.fullmatch(rb"[0-7]{1,7}", digits):
        raise SeriesError(f"{shown(text)!r} is not a file mode")
    mode = int(digits, 8)
    if mode == LINK:
        return mode
    if mode & 0o170000 == 0o100000:
        return 0o100755 if mode & 0o100 else 0o100644
    return mode
