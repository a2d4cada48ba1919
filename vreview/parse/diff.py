# SPDX-License-Identifier: GPL-2.0-or-later
"""A diff's bytes to files and hunks, as ``git apply -p1`` reads them.

Accepts git's extended headers and bare ``---``/``+++`` pairs, CRLF of a mail's way, and text
around the files. Does not apply anything; hostile paths and modes end here.
"""

from __future__ import annotations

import re

from vreview.errors import HostileInput, SeriesError
from vreview.model.series import Change, FileDiff
from vreview.parse.binary import parse_binary
from vreview.parse.diffheader import LINK, Header, extended_line, git_paths, name_of_git_line
from vreview.parse.hunks import HEAD, parse_hunk, shown
from vreview.parse.paths import check_link, checked_path, unquoted

_GITLINK = 0o160000

_BINARY_DIFFER = re.compile(rb"(?:Binary files|Files) .* differ\s*$")
# GNU diff -N: a side that does not exist has the epoch's date, in whatever time zone.
_EPOCH = re.compile(rb"(?:1969-12-31|1970-01-01) \d\d:\d\d")
_STAMP = re.compile(rb"[ \t]+\d{4}-\d\d-\d\d \d\d:\d\d.*$", re.DOTALL)


def parse_diff(diff: bytes) -> tuple[FileDiff, ...]:
    """The files of a diff, in its order; text around them is skipped, none is an empty tuple.

    A file is ``diff --git A B`` with extended header lines, or ``--- A``, ``+++ B``, ``@@ -``
    in three successive lines; then its hunks, each as long as its header says, so that a
    mail's ``-- `` signature is not a deletion. A line of a hunk that is wholly empty is
    context. Raises SeriesError that names the file and the hunk for what git calls a corrupt
    patch, HostileInput that names the path for what would leave the tree.
    """
    lines = _lines(diff)
    files: list[FileDiff] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(b"diff --git "):
            file, at = _git_file(lines, at)
            files.append(file)
        elif line.startswith((b"diff --cc ", b"diff --combined ")):
            raise SeriesError(
                f"{shown(line[10:])}: a combined diff of a merge cannot be applied",
                hint="send the patches that were merged instead",
            )
        elif _starts_bare_file(lines, at):
            file, at = _bare_file(lines, at)
            files.append(file)
        elif line.startswith(b"@@ -") and HEAD.match(line):
            raise SeriesError(
                f"the hunk {shown(line)} belongs to no file: no --- and +++ line before it"
            )
        else:
            at += 1
    return tuple(files)


def _lines(diff: bytes) -> list[bytes]:
    """Lines as git counts them: bytes.splitlines would also cut at a lone CR."""
    lines = [line + b"\n" for line in diff.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _bounded(text: bytes) -> bytes:
    """A header line's text without its end; refuses one longer than two quoted PATH_MAX."""
    if len(text) > 4 * 2 * 4096:
        raise SeriesError(f"a header line of the diff has {len(text)} bytes: {shown(text[:60])!r}")
    return text.rstrip(b"\r\n")


def _git_file(lines: list[bytes], start: int) -> tuple[FileDiff, int]:
    head = lines[start]
    crlf = head.endswith(b"\r\n")
    default = name_of_git_line(_bounded(head[len(b"diff --git ") :]))
    header = Header()
    at = start + 1
    while at < len(lines) and extended_line(header, lines[at].rstrip(b"\r\n")):
        at += 1
    old, new = git_paths(header, default, line=shown(head))
    at = _content(lines, at, header, path=new or old or "", crlf=crlf)
    return _file(header, old, new), at


def _starts_bare_file(lines: list[bytes], at: int) -> bool:
    return (
        at + 2 < len(lines)
        and lines[at].startswith(b"--- ")
        and lines[at + 1].startswith(b"+++ ")
        and HEAD.match(lines[at + 2]) is not None
    )


def _bare_file(lines: list[bytes], start: int) -> tuple[FileDiff, int]:
    """``---``, ``+++`` and hunks, as diff(1) and quilt write them."""
    crlf = lines[start].endswith(b"\r\n")
    minus, plus = (_bounded(lines[start + k][4:]) for k in (0, 1))
    old, new = _bare_side(minus), _bare_side(plus)
    if old is None and new is None:
        raise SeriesError(f"{shown(lines[start])}: neither side names a file")
    # vhost.c.orig against vhost.c: the file is the new side's.
    header = Header(new_file=old is None, deleted=new is None)
    old, new = (None if old is None else new or old), new
    at = _content(lines, start + 2, header, path=new or old or "", crlf=crlf)
    return _file(header, old, new), at


def _bare_side(text: bytes) -> str | None:
    quoted = unquoted(text)
    name = quoted[0] if quoted else _STAMP.sub(b"", text.split(b"\t")[0]).rstrip()
    if name == b"/dev/null" or _EPOCH.search(text[len(name) :]):
        return None
    return checked_path(name, strip=1)


def _content(lines: list[bytes], at: int, header: Header, *, path: str, crlf: bool) -> int:
    """Takes the hunks or the binary data at ``at`` into ``header``; where they end."""
    if at < len(lines) and lines[at].startswith(b"GIT binary patch"):
        header.binary, at = parse_binary(lines, at + 1, path=path)
        return at
    if at < len(lines) and _BINARY_DIFFER.match(lines[at]):
        header.binary_missing = True
        return at + 1
    while at < len(lines) and lines[at].startswith(b"@@ -"):
        hunk, at = parse_hunk(lines, at, where=f"{path}: hunk {len(header.hunks) + 1}", crlf=crlf)
        header.hunks.append(hunk)
    return at


def _file(header: Header, old: str | None, new: str | None) -> FileDiff:
    file = FileDiff(
        change=_change(header, old, new),
        old_path=old,
        new_path=new,
        hunks=tuple(header.hunks),
        old_mode=None if header.new_file else header.old_mode,
        new_mode=None if header.deleted else header.new_mode,
        old_blob=header.old_blob,
        new_blob=header.new_blob,
        binary=header.binary,
        binary_missing=header.binary_missing,
    )
    _check(file)
    return file


def _change(header: Header, old: str | None, new: str | None) -> Change:
    if old is None:
        return Change.ADD
    if new is None:
        return Change.DELETE
    if header.renamed:
        return Change.RENAME
    if header.copied:
        return Change.COPY
    content = header.hunks or header.binary or header.binary_missing
    if not content and header.new_mode is not None and header.new_mode != header.old_mode:
        return Change.MODE
    if not content:
        raise SeriesError(f"{new}: the patch names this file and changes nothing in it")
    return Change.MODIFY


def _check(file: FileDiff) -> None:
    """Refuses what git refuses, and submodules and links that a kernel never needs."""
    path = file.path
    for mode in (file.old_mode, file.new_mode):
        if mode == _GITLINK:
            raise HostileInput(f"the patch makes or changes a submodule at {path!r}", path=path)
        if mode is not None and mode not in (LINK, 0o100644, 0o100755):
            raise HostileInput(f"the patch gives {path!r} the file mode {mode:o}", path=path)
    if file.change is Change.ADD and any(hunk.old_count for hunk in file.hunks):
        raise SeriesError(f"{path}: a new file, yet its hunk expects old lines")
    if file.change is Change.DELETE and any(hunk.new_count for hunk in file.hunks):
        raise SeriesError(f"{path}: a deleted file, yet its hunk leaves lines")
    if file.new_mode == LINK and file.change is Change.ADD:
        if file.binary and not file.binary.is_delta:
            check_link(path, file.binary.data)
        elif file.hunks:
            check_link(path, b"".join(b"".join(hunk.new) for hunk in file.hunks))
