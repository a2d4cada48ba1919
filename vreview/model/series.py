# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch series as it was sent: mails, patches, files, hunks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType

MessageId = NewType("MessageId", str)
"""A message-id without its angle brackets."""

Oid = NewType("Oid", str)
"""A full hexadecimal git object id."""


class Change(Enum):
    """What a diff does to one file."""

    MODIFY = "modify"
    ADD = "add"
    DELETE = "delete"
    RENAME = "rename"
    COPY = "copy"
    MODE = "mode"


@dataclass(frozen=True, slots=True)
class Hunk:
    """One ``@@`` hunk.

    ``lines`` keep their first byte (space, plus, minus) and their newline; the last line of a
    file without one ("\\ No newline at end of file") has none. Line numbers start at 1.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[bytes, ...]
    section: str = ""

    @property
    def old(self) -> tuple[bytes, ...]:
        """The pre-image, without the marker bytes."""
        return tuple(line[1:] for line in self.lines if line[:1] in b" -")

    @property
    def new(self) -> tuple[bytes, ...]:
        """The post-image, without the marker bytes."""
        return tuple(line[1:] for line in self.lines if line[:1] in b" +")


@dataclass(frozen=True, slots=True)
class BinaryDiff:
    """A ``GIT binary patch``: inflated forward data, either the blob or a delta to it."""

    data: bytes
    is_delta: bool
    size: int


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What a patch does to one file. Paths are relative to the tree, with forward slashes.

    ``old_blob`` and ``new_blob`` are the (mostly abbreviated) ids of the ``index`` line, or "".
    Modes are git's octal numbers (0o100644) or None where the diff does not say.
    """

    change: Change
    old_path: str | None
    new_path: str | None
    hunks: tuple[Hunk, ...] = ()
    old_mode: int | None = None
    new_mode: int | None = None
    old_blob: str = ""
    new_blob: str = ""
    binary: BinaryDiff | None = None
    binary_missing: bool = False
    """"Binary files differ" without the data: it can be named, not applied."""

    @property
    def path(self) -> str:
        """The path by which a reader knows the file: the new one, or the deleted one."""
        path = self.new_path or self.old_path
        assert path is not None
        return path


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True, slots=True)
class Trailer:
    """``Reviewed-by: …``. ``source`` is the reply it came from, None for the patch itself."""

    name: str
    value: str
    source: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """The headers that a reply needs, decoded, unfolded, without control characters."""

    message_id: MessageId
    subject: str
    sender: Person
    date: datetime
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    reply_to: tuple[Person, ...] = ()
    in_reply_to: MessageId | None = None
    references: tuple[MessageId, ...] = ()


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch of a series.

    ``n`` counts from 1. ``title`` is the subject without ``[PATCH …]``. ``message`` is the commit
    message's body with its trailers, those of the replies included, in git's order, without the
    title. ``body`` is the decoded text of the mail, for quoting. ``diff`` are the diff's bytes.
    ``notes`` is what stands between ``---`` and the diff.
    """

    n: int
    title: str
    author: Person
    date: datetime
    message: str
    trailers: tuple[Trailer, ...]
    files: tuple[FileDiff, ...]
    diff: bytes
    mail: Mail
    body: str = ""
    notes: str = ""
    damage: str = ""
    """Why the diff cannot be read (a mail client broke it), or ""; ``files`` is then empty."""


@dataclass(frozen=True, slots=True)
class Cover:
    title: str
    text: str
    mail: Mail


@dataclass(frozen=True, slots=True)
class Series:
    """A series in one version.

    ``total`` is what the subjects claim; ``missing`` are the numbers that no mail carries;
    ``doubled`` the message-ids that were dropped because the same patch came again.
    """

    title: str
    version: int
    total: int
    patches: tuple[Patch, ...]
    cover: Cover | None = None
    missing: tuple[int, ...] = ()
    doubled: tuple[MessageId, ...] = ()
    base_commit: Oid | None = None
    prerequisites: tuple[str, ...] = ()
    """Patch ids of the ``prerequisite-patch-id:`` lines."""
    other_versions: tuple[int, ...] = field(default=())
    """Versions in the same thread that were not taken."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that the series touches, sorted."""
        touched = {
            p for patch in self.patches for f in patch.files for p in (f.old_path, f.new_path)
        }
        return tuple(sorted(p for p in touched if p is not None))
