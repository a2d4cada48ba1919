# SPDX-License-Identifier: GPL-2.0-or-later
"""Hunks into bytes and files into a tree, as ``git apply --index`` does it.

Exact places and offsets, no fuzz. Has no object store: it reads a ``TreeView`` and says what
would change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vreview.errors import HostileInput
from vreview.model.review import How, Refusal
from vreview.model.series import Change, FileDiff, Hunk
from vreview.parse.binary import apply_delta
from vreview.parse.paths import check_link

LINK = 0o120000
TREE = 0o040000
_TYPE = 0o170000


@dataclass(frozen=True, slots=True)
class Entry:
    """What a tree has at ``path``: git's mode, and the bytes of a file or link.

    ``path`` is shorter than the one that was asked for when a parent of it is no folder.
    """

    path: str
    mode: int
    data: bytes = b""

    @property
    def is_file(self) -> bool:
        return self.mode & _TYPE in (0o100000, LINK)


class TreeView(Protocol):
    def find(self, path: str) -> Entry | None:
        """The entry at ``path``, or the file or link that stands in its way."""
        ...


@dataclass(frozen=True, slots=True)
class Placed:
    """New content. ``offsets`` are the lines by which each hunk was moved."""

    data: bytes
    offsets: tuple[int, ...] = ()

    @property
    def how(self) -> How:
        return How.OFFSET if any(self.offsets) else How.EXACT


@dataclass(frozen=True, slots=True)
class Misfit:
    """Hunk ``n`` (from 1) found no place in ``data``: the file with the hunks before it."""

    n: int
    hunk: Hunk
    data: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why one file's part of a patch does not apply. ``data`` is the file as it is, if it is."""

    file: FileDiff
    refusal: Refusal
    why: str
    data: bytes | None = None
    misfit: Misfit | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a patch makes of a tree: new entries, and paths that go. Nothing is half done."""

    written: Mapping[str, Entry]
    removed: frozenset[str]
    how: How


def split_lines(data: bytes) -> list[bytes]:
    """Lines with their LF, as git counts them; a lone CR does not end one."""
    if b"\r" not in data:
        return data.splitlines(keepends=True)
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def place_hunks(data: bytes, hunks: Sequence[Hunk]) -> Placed | Misfit:
    """``data`` with the hunks in it, or the first hunk that has no place.

    git's rules (apply.c): a hunk is first looked for where its header puts it among the
    hunks before it, then 1, 2, 3 … lines below and above; one that begins at line 1 fits only
    there; one without trailing context only at the end; and never on lines that an earlier
    hunk has brought.
    """
    image = split_lines(data)
    patched = bytearray(len(image))
    offsets = []
    for n, hunk in enumerate(hunks, start=1):
        old, new = list(hunk.old), hunk.new
        wanted = max(hunk.new_start - 1, 0)
        at = _find(image, patched, old, wanted=wanted, hunk=hunk)
        if at is None:
            return Misfit(n, hunk, b"".join(image))
        image[at : at + len(old)] = new
        patched[at : at + len(old)] = b"\1" * len(new)
        offsets.append(at - wanted if hunk.old_start > 1 else 0)
    return Placed(b"".join(image), tuple(offsets))


def _find(
    image: list[bytes], patched: bytearray, old: list[bytes], *, wanted: int, hunk: Hunk
) -> int | None:
    size = len(old)
    last = len(image) - size
    at_begin = hunk.old_start <= 1
    at_end = not hunk.lines or hunk.lines[-1][:1] != b" "

    def fits(at: int) -> bool:
        return image[at : at + size] == old and not any(patched[at : at + size])

    if last < 0:
        return None
    if at_begin or at_end:
        at = 0 if at_begin else last
        return at if fits(at) and (not at_end or at == last) else None
    wanted = min(wanted, len(image))
    if wanted <= last and fits(wanted):
        return wanted
    first = old[0]
    places = [at for at, line in enumerate(image[: last + 1]) if line == first]
    places.sort(key=lambda at: (abs(at - wanted), at < wanted))
    return next((at for at in places if fits(at)), None)


def reversed_hunks(hunks: Sequence[Hunk]) -> tuple[Hunk, ...]:
    """Hunks that undo ``hunks``."""
    swap = {b"+": b"-", b"-": b"+", b" ": b" "}
    return tuple(
        Hunk(
            old_start=hunk.new_start,
            old_count=hunk.new_count,
            new_start=hunk.old_start,
            new_count=hunk.old_count,
            lines=tuple(swap[line[:1]] + line[1:] for line in hunk.lines),
            section=hunk.section,
        )
        for hunk in hunks
    )


def blob_id(data: bytes) -> str:
    """git's SHA-1 id of a blob with this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class _Work:
    """The tree as the files of one patch leave it, one after the other."""

    tree: TreeView
    leaving: frozenset[str]
    written: dict[str, Entry] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    how: How = How.EXACT

    def before(self, file: FileDiff) -> Entry | None:
        """The pre-image. Renames and copies read the tree as it was before the whole patch."""
        path = file.old_path
        assert path is not None
        if file.change not in (Change.RENAME, Change.COPY):
            if path in self.written:
                return self.written[path]
            if path in self.removed:
                return None
        return self.tree.find(path)

    def harder(self, how: How) -> None:
        order = (How.EXACT, How.OFFSET, How.THREE_WAY)
        self.how = max(self.how, how, key=order.index)


def apply_files(
    files: Sequence[FileDiff], tree: TreeView, *, merged: Mapping[int, bytes] | None = None
) -> Changes | tuple[Rejected, ...]:
    """All files of a patch onto ``tree``: what changes, or every file that does not apply.

    ``merged`` gives, by the file's position, content that a 3-way merge has found for it.
    Raises HostileInput for a path through a symbolic link or a submodule, and for a link out
    of the tree.
    """
    leaving = frozenset(
        f.old_path for f in files if f.old_path and f.change in (Change.DELETE, Change.RENAME)
    )
    work = _Work(tree, leaving)
    rejected = []
    for position, file in enumerate(files):
        problem = _apply_file(work, file, (merged or {}).get(position))
        if problem is not None:
            rejected.append(problem)
    if rejected:
        return tuple(rejected)
    return Changes(work.written, frozenset(work.removed - work.written.keys()), work.how)


def _apply_file(work: _Work, file: FileDiff, merged: bytes | None) -> Rejected | None:
    if file.binary_missing:
        return Rejected(
            file, Refusal.BINARY, f"{file.path}: the mail has this binary change without its data"
        )
    if file.change is Change.ADD:
        before = Entry(file.path, file.new_mode or 0o100644)
    else:
        found = work.before(file)
        problem = _unusable(file, found)
        if problem is not None:
            return problem
        assert found is not None
        before = found
    if file.new_path is not None and (problem := _occupied(work, file)):
        return problem
    if merged is not None:
        content, how = merged, How.THREE_WAY
    else:
        result = new_content(file, before.data)
        if isinstance(result, Rejected):
            return result
        content, how = result.data, result.how
    if file.change is Change.DELETE:
        if content:
            return Rejected(
                file,
                Refusal.CONFLICT,
                f"{file.path}: the patch deletes it, and it has lines that the patch does not know",
                before.data,
            )
    else:
        mode = _new_mode(file, before)
        if mode & _TYPE == LINK:
            check_link(file.path, content)
        work.written[file.path] = Entry(file.path, mode, content)
    if file.change in (Change.DELETE, Change.RENAME):
        assert file.old_path is not None
        work.removed.add(file.old_path)
        if file.change is Change.DELETE:
            work.written.pop(file.old_path, None)
    work.harder(how)
    return None


def _unusable(file: FileDiff, found: Entry | None) -> Rejected | None:
    """Why the pre-image is none: not there, no file, or of another type."""
    path = file.old_path
    assert path is not None
    if found is not None and found.path != path:
        _refuse_passage(path, found)
    if found is None or found.path != path:
        return Rejected(file, Refusal.MISSING_FILE, f"{path}: there is no such file")
    if not found.is_file:
        if found.mode & _TYPE == 0o160000:
            raise HostileInput(f"the patch changes the submodule {path!r}", path=path)
        return Rejected(file, Refusal.CONFLICT, f"{path}: is a folder here")
    if file.old_mode is not None and (found.mode ^ file.old_mode) & _TYPE:
        return Rejected(
            file,
            Refusal.CONFLICT,
            f"{path}: has the mode {found.mode:06o} here, the patch expects {file.old_mode:06o}",
            found.data,
        )
    return None


def _occupied(work: _Work, file: FileDiff) -> Rejected | None:
    """Why the post-image cannot be written where the patch wants it."""
    path = file.new_path
    assert path is not None
    for parent in _parents(path):
        if parent in work.written:
            _refuse_passage(path, work.written[parent])
            return Rejected(file, Refusal.CONFLICT, f"{path}: {parent} is a file, not a folder")
    there = work.tree.find(path)
    if there is not None and there.path != path:
        _refuse_passage(path, there)
        if there.path not in work.leaving:
            return Rejected(file, Refusal.CONFLICT, f"{path}: {there.path} is a file, not a folder")
        return None
    if file.change not in (Change.ADD, Change.RENAME, Change.COPY):
        return None
    if path in work.written:
        return Rejected(file, Refusal.CONFLICT, f"{path}: the patch makes this file twice")
    if there is None or path in work.leaving:
        return None
    if not there.is_file:
        return Rejected(file, Refusal.CONFLICT, f"{path}: is a folder here")
    return Rejected(file, Refusal.CONFLICT, f"{path}: exists already", there.data)


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:k]) for k in range(1, len(parts))]


def _refuse_passage(path: str, blocker: Entry) -> None:
    if blocker.mode & _TYPE == LINK:
        raise HostileInput(
            f"the patch reaches {path!r} through the symbolic link {blocker.path!r}", path=path
        )
    if blocker.mode & _TYPE == 0o160000:
        raise HostileInput(
            f"the patch reaches {path!r} in the submodule {blocker.path!r}", path=path
        )


def _new_mode(file: FileDiff, before: Entry) -> int:
    """git keeps the file's own mode unless the patch *changes* it."""
    if file.change is Change.ADD or file.new_mode is None or file.new_mode == file.old_mode:
        return before.mode
    return file.new_mode


def new_content(file: FileDiff, data: bytes) -> Placed | Rejected:
    """What the file's hunks or binary data make of ``data``."""
    if file.binary is None:
        result = place_hunks(data, file.hunks)
        if isinstance(result, Placed):
            return result
        return Rejected(file, Refusal.CONFLICT, "", data, result)
    try:
        if file.change is not Change.ADD and not blob_id(data).startswith(file.old_blob or "-"):
            raise ValueError(f"the patch is for blob {file.old_blob or '(not named)'}")
        made = apply_delta(data, file.binary.data) if file.binary.is_delta else file.binary.data
        wanted = "" if file.change is Change.DELETE else file.new_blob
        if not blob_id(made).startswith(wanted):
            raise ValueError(f"the result is not the blob {wanted} that the patch names")
    except ValueError as err:
        return Rejected(
            file, Refusal.CONFLICT, f"{file.path}: the binary patch does not fit: {err}", data
        )
    return Placed(made)
