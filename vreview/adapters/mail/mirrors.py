# SPDX-License-Identifier: GPL-2.0-or-later
"""A message-id's thread from a local public-inbox mirror: git repositories, v1 or v2 layout.

Needs neither public-inbox nor its index; walks from the newest mail back. Asks no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pygit2

from vreview.errors import SeriesError
from vreview.model.series import MessageId
from vreview.parse.mail.headers import mail_headers, message_ids

_OLDER_S = 90 * 86400
"""How far before the named mail the walk goes on for the rest of its thread."""
_HEADER_BYTES_MAX = 128 << 10


@dataclass(frozen=True, slots=True)
class _Stored:
    """A mail in a mirror. ``ids``: its own message-id first, then all that it answers."""

    repo: pygit2.Repository
    blob: pygit2.Oid
    when_s: int
    ids: tuple[MessageId, ...]


def thread_of(message_id: MessageId, mirrors: Sequence[Path]) -> tuple[bytes, ...]:
    """The raw mails of the thread, oldest first, from the first mirror that has the mail.

    () when none has it. Raises SeriesError for a mirror that is not one.
    """
    for mirror in mirrors:
        seen: list[_Stored] = []
        horizon: int | None = None
        for mail in _newest_first(mirror):
            if horizon is not None and mail.when_s < horizon:
                break
            seen.append(mail)
            if mail.ids[0] == message_id and horizon is None:
                horizon = mail.when_s - _OLDER_S
        if horizon is not None:
            return tuple(m.repo[m.blob].read_raw() for m in reversed(_connected(message_id, seen)))
    return ()


def _connected(message_id: MessageId, mails: Sequence[_Stored]) -> list[_Stored]:
    """The mails linked to the named one by what they answer, whether that is here or not."""
    naming: dict[MessageId, list[int]] = {}
    for index, mail in enumerate(mails):
        for name in mail.ids:
            naming.setdefault(name, []).append(index)
    taken: set[int] = set()
    waiting = [message_id]
    asked = {message_id}
    while waiting:
        for index in naming.get(waiting.pop(), ()):
            if index not in taken:
                taken.add(index)
                new = set(mails[index].ids) - asked
                asked |= new
                waiting.extend(new)
    return [mails[index] for index in sorted(taken)]


def _newest_first(mirror: Path) -> Iterator[_Stored]:
    for path in _repositories(mirror):
        try:
            repo = pygit2.Repository(str(path))
            if repo.head_is_unborn:
                continue
            for commit in repo.walk(repo.head.target):
                for blob in _added(commit):
                    yield _stored(repo, blob, commit.commit_time)
        except (pygit2.GitError, KeyError) as err:
            raise SeriesError(
                f"cannot read the mirror {path}: {err}",
                hint="mirrors in the config are folders of public-inbox, or their git repositories",
            ) from err


def _repositories(mirror: Path) -> list[Path]:
    """A mirror's repositories, newest epoch first: inbox/git/N.git, inbox/all.git, or itself."""
    epochs = [p for p in (mirror / "git").glob("*.git") if re.fullmatch(r"\d+", p.stem)]
    if epochs:
        return sorted(epochs, key=lambda p: int(p.stem), reverse=True)
    if (mirror / "all.git").is_dir():
        return [mirror / "all.git"]
    if not mirror.is_dir():
        raise SeriesError(
            f"the mirror {mirror} does not exist", hint="correct mirrors in the config"
        )
    return [mirror]


def _added(commit: pygit2.Commit) -> Iterator[pygit2.Oid]:
    """The blobs of the mails that a commit brings: v2 has one, named m; v1 a path of the id."""
    if "m" in commit.tree:
        yield commit.tree["m"].id
        return
    if "d" in commit.tree:  # v2 records a removed mail so
        return
    parents = commit.parents
    diff = (
        parents[0].tree.diff_to_tree(commit.tree)
        if parents
        else commit.tree.diff_to_tree(swap=True)
    )
    for delta in diff.deltas:
        if delta.status == pygit2.enums.DeltaStatus.ADDED:
            yield delta.new_file.id


def _stored(repo: pygit2.Repository, blob: pygit2.Oid, when_s: int) -> _Stored:
    raw = repo[blob].read_raw()[:_HEADER_BYTES_MAX].replace(b"\r\n", b"\n")
    headers, _ = mail_headers(raw[: raw.find(b"\n\n") + 1 or len(raw)])
    own = message_ids(headers.raw("message-id"))[:1] or (MessageId(""),)
    answered = (
        *message_ids(headers.raw("in-reply-to")),
        *message_ids(headers.raw("references")),
    )
    return _Stored(repo, blob, when_s, (*own, *dict.fromkeys(answered)))
