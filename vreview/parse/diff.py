# SPDX-License-Identifier: GPL-2.0-or-later
"""A diff's bytes to files and hunks, as ``git apply -p1`` reads them.

Accepts git's extended headers and bare ``---``/``+++`` pairs, CRLF of a mail's way, and text
around the files. Does not apply anything; hostile paths and modes end here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vreview.errors import HostileInput, SeriesError
from vreview.model.series import BinaryDiff, Change, FileDiff, Hunk
from vreview.parse.binary import parse_binary
from vreview.parse.paths import check_link, checked_path, unquoted

LINK = 0o120000
_GITLINK = 0o160000

_HUNK = re.compile(
    rb"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@(.*)", re.DOTALL
)
_INDEX = re.compile(rb"([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?\s*$")
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
                f"{_shown(line[10:])}: a combined diff of a merge cannot be applied",
                hint="send the patches that were merged instead",
            )
        elif _starts_bare_file(lines, at):
            file, at = _bare_file(lines, at)
            files.append(file)
        elif line.startswith(b"@@ -") and _HUNK.match(line):
            raise SeriesError(
                f"the hunk {_shown(line)} belongs to no file: no --- and +++ line before it"
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
        raise SeriesError(f"a header line of the diff has {len(text)} bytes: {_shown(text[:60])!r}")
    return text.rstrip(b"\r\n")


def _shown(line: bytes) -> str:
    return line.decode(errors="replace").strip()


@dataclass(slots=True)
class _Header:
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


def _git_file(lines: list[bytes], start: int) -> tuple[FileDiff, int]:
    head = lines[start]
    crlf = head.endswith(b"\r\n")
    default = _name_of_git_line(_bounded(head[len(b"diff --git ") :]))
    header = _Header()
    at = start + 1
    while at < len(lines) and _extended_line(header, lines[at].rstrip(b"\r\n")):
        at += 1
    old, new = _git_paths(header, default, shown=_shown(head))
    at = _content(lines, at, header, path=new or old or "", crlf=crlf)
    return _file(header, old, new), at


def _extended_line(header: _Header, line: bytes) -> bool:
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


def _name_of_git_line(text: bytes) -> str | None:
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


def _git_paths(
    header: _Header, default: str | None, *, shown: str
) -> tuple[str | None, str | None]:
    """Old and new path. All lines that name one must agree (git: "header inconsistent")."""
    if header.renamed or header.copied:
        old, new = header.moved_from, header.moved_to
        if old is None or new is None:
            raise SeriesError(f"{shown}: only one half of a rename or copy is named")
    else:
        old = default or header.minus or header.plus
        new = default or header.plus or header.minus
    for named, path in ((header.minus, old), (header.plus, new)):
        if named is not None and named != path:
            raise SeriesError(f"{shown}: the header names {path!r} and {named!r} for one file")
    if old is None or new is None:
        raise SeriesError(f"{shown}: cannot tell which file this is about")
    if header.new_file and header.deleted:
        raise SeriesError(f"{new}: the header says both new file and deleted file")
    return (None if header.new_file else old), (None if header.deleted else new)


def _mode(text: bytes) -> int:
    """git's canonical mode. Raises for what a kernel patch has no business with."""
    digits = text.strip()
    if not re.fullmatch(rb"[0-7]{1,7}", digits):
        raise SeriesError(f"{_shown(text)!r} is not a file mode")
    mode = int(digits, 8)
    if mode == LINK:
        return mode
    if mode & 0o170000 == 0o100000:
        return 0o100755 if mode & 0o100 else 0o100644
    return mode


def _starts_bare_file(lines: list[bytes], at: int) -> bool:
    return (
        at + 2 < len(lines)
        and lines[at].startswith(b"--- ")
        and lines[at + 1].startswith(b"+++ ")
        and _HUNK.match(lines[at + 2]) is not None
    )


def _bare_file(lines: list[bytes], start: int) -> tuple[FileDiff, int]:
    """``---``, ``+++`` and hunks, as diff(1) and quilt write them."""
    crlf = lines[start].endswith(b"\r\n")
    minus, plus = (_bounded(lines[start + k][4:]) for k in (0, 1))
    old, new = _bare_side(minus), _bare_side(plus)
    if old is None and new is None:
        raise SeriesError(f"{_shown(lines[start])}: neither side names a file")
    # vhost.c.orig against vhost.c: the file is the new side's.
    header = _Header(new_file=old is None, deleted=new is None)
    old, new = (None if old is None else new or old), new
    at = _content(lines, start + 2, header, path=new or old or "", crlf=crlf)
    return _file(header, old, new), at


def _bare_side(text: bytes) -> str | None:
    quoted = unquoted(text)
    name = quoted[0] if quoted else _STAMP.sub(b"", text.split(b"\t")[0]).rstrip()
    if name == b"/dev/null" or _EPOCH.search(text[len(name) :]):
        return None
    return checked_path(name, strip=1)


def _content(lines: list[bytes], at: int, header: _Header, *, path: str, crlf: bool) -> int:
    """Takes the hunks or the binary data at ``at`` into ``header``; where they end."""
    if at < len(lines) and lines[at].startswith(b"GIT binary patch"):
        header.binary, at = parse_binary(lines, at + 1, path=path)
        return at
    if at < len(lines) and _BINARY_DIFFER.match(lines[at]):
        header.binary_missing = True
        return at + 1
    while at < len(lines) and lines[at].startswith(b"@@ -"):
        hunk, at = _hunk(lines, at, where=f"{path}: hunk {len(header.hunks) + 1}", crlf=crlf)
        header.hunks.append(hunk)
    return at


def _hunk(lines: list[bytes], start: int, *, where: str, crlf: bool) -> tuple[Hunk, int]:
    head = _HUNK.match(lines[start])
    if head is None:
        raise SeriesError(f"{where}: its header {_shown(lines[start])!r} is malformed")
    where = f"{where} ({_shown(lines[start]).partition(' @@')[0]} @@)"
    old_count, new_count = (1 if head[k] is None else int(head[k]) for k in (2, 4))
    old_left, new_left = old_count, new_count
    body: list[bytes] = []
    at = start + 1
    while old_left or new_left:
        if at >= len(lines):
            raise _cut_short(where, old_left, new_left)
        line = _hunk_line(lines[at], crlf=crlf)
        match line[:1]:
            case b" ":
                old_left, new_left = old_left - 1, new_left - 1
            case b"-":
                old_left -= 1
            case b"+":
                new_left -= 1
            case b"\\":
                _drop_newline(body)
                at += 1
                continue
            case _:
                raise _damaged(where, at - start, line, left=(old_left, new_left))
        if old_left < 0 or new_left < 0:
            raise SeriesError(f"{where}: it has more lines than its header says")
        body.append(line)
        at += 1
    if at < len(lines) and lines[at].startswith(b"\\ "):
        _drop_newline(body)
        at += 1
    hunk = Hunk(
        old_start=int(head[1]),
        old_count=old_count,
        new_start=int(head[3]),
        new_count=new_count,
        lines=tuple(body),
        section=_shown(head[5]),
    )
    return hunk, at


def _hunk_line(line: bytes, *, crlf: bool) -> bytes:
    """The line as the file has it: mail programs strip the space of empty context lines."""
    if not line.endswith(b"\n"):
        line += b"\n"
    elif crlf and line.endswith(b"\r\n"):
        line = line[:-2] + b"\n"
    return b" " + line if line in (b"\n", b"\r\n") else line


def _drop_newline(body: list[bytes]) -> None:
    if body:
        body[-1] = body[-1].removesuffix(b"\n")


def _cut_short(where: str, old_left: int, new_left: int) -> SeriesError:
    return SeriesError(
        f"{where}: the patch ends within it, {max(old_left, new_left)} lines too early",
        hint="the mail may have been cut off; get the patch again, for example with b4",
    )


def _damaged(where: str, n: int, line: bytes, *, left: tuple[int, int]) -> SeriesError:
    return SeriesError(
        f"{where}: line {n} of it begins with neither space, + nor -: {_shown(line)[:60]!r}"
        f" (its header promises {left[0]} more old and {left[1]} more new lines)",
        hint="the sender's mail program may have wrapped lines or eaten spaces",
    )


def _file(header: _Header, old: str | None, new: str | None) -> FileDiff:
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


def _change(header: _Header, old: str | None, new: str | None) -> Change:
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
