# SPDX-License-Identifier: GPL-2.0-or-later
"""Decides what the user named by looking at it, and gets its mails.

Tries, in order: stdin, a file or folder, a git range, a message-id. Parses no mail.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vreview.adapters.mail.folders import messages_at, messages_in, read_bounded
from vreview.adapters.mail.gitrange import messages_of_range
from vreview.adapters.mail.mirrors import thread_of
from vreview.errors import SeriesError
from vreview.model.series import MessageId

_RANGE = re.compile(r"[^-\s][^\s]*?\.\.(?!\.)\S*|\.\.\S+")
_MESSAGE_ID = re.compile(r"<?([^\s<>@]+@[^\s<>/@]+)>?")


@dataclass(frozen=True, slots=True)
class MailSource:
    """A ``ports.SeriesSource``. ``mirrors`` are public-inbox folders or their git repositories."""

    mirrors: tuple[Path, ...] = ()
    tree: Path | None = None
    stdin: BinaryIO | None = None

    def read(self, name: str) -> tuple[bytes, ...]:
        """Raw messages of one name. Raises SeriesError that says what was tried."""
        tried: list[str] = []
        if name == "-":
            return self._from_stdin()
        path = Path(name).expanduser()
        if _exists(path):
            return messages_at(path)
        tried.append("no such file or folder")
        if _RANGE.fullmatch(name):
            if self.tree is None:
                tried.append("no tree in which it could be a git range (--tree PATH)")
            elif found := messages_of_range(name, tree=self.tree):
                return found
            else:
                tried.append(f"no git range in {self.tree}")
        if message_id := message_id_of(name):
            if found := thread_of(message_id, self.mirrors):
                return found
            where = ", ".join(map(str, self.mirrors)) or "no mirror is configured"
            tried.append(f"no mail with this message-id ({where})")
        raise SeriesError(
            f"{name!r} is nothing that holds a series: {'; '.join(tried)}",
            hint=_hint(name, has_mirrors=bool(self.mirrors)),
        )

    def _from_stdin(self) -> tuple[bytes, ...]:
        if self.stdin is None:
            raise SeriesError("there is no standard input to read a series from")
        return messages_in(read_bounded(self.stdin, name="standard input"), name="standard input")


def open_source(
    names: str | Sequence[str],
    *,
    mirrors: Sequence[str | Path] = (),
    tree: Path | None = None,
    stdin: BinaryIO | None = None,
) -> tuple[bytes, ...]:
    """Raw messages of all that was named, in the given order.

    Raises SeriesError when one of the names is nothing of the kind.
    """
    source = MailSource(tuple(Path(m).expanduser() for m in mirrors), tree, stdin)
    given = (names,) if isinstance(names, str) else tuple(names)
    if not given:
        raise SeriesError("no series was named", hint="name a mbox, patches, or - for stdin")
    return tuple(message for name in given for message in source.read(name))


def message_id_of(name: str) -> MessageId | None:
    """The message-id in a name: bare, in brackets, or in the link of a public-inbox page."""
    if name.startswith(("http://", "https://")):
        parts = [urllib.parse.unquote(p) for p in urllib.parse.urlsplit(name).path.split("/")]
        name = next((p for p in parts if "@" in p), "")
    match = _MESSAGE_ID.fullmatch(name.removeprefix("id:"))
    return MessageId(match[1]) if match else None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long for a path, or with a NUL
        return False


def _hint(name: str, *, has_mirrors: bool) -> str:
    if message_id_of(name) and not has_mirrors:
        return 'set mirrors = ["/path/of/a/public-inbox/mirror"] in the config, or give the mbox'
    if re.fullmatch(r"[0-9a-f]{7,40}|HEAD\S*|v\d[\w.-]*", name):
        return f"for one commit, write {name}^..{name}"
    return "give a mbox, a Maildir, patch files, - for stdin, A..B, or a message-id"
