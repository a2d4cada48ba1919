# SPDX-License-Identifier: GPL-2.0-or-later
"""The mails of a thread to one series: the newest version, in order, with its trailers.

A missing patch is told, not refused. Mails that belong to no patch are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from vreview.errors import HostileInput, SeriesError
from vreview.model.series import Cover, MessageId, Oid, Patch, Series, Trailer
from vreview.parse.diff import parse_diff
from vreview.parse.mail.b4rules import diff_key, reply_trailers
from vreview.parse.mail.commit import trailers_of, with_trailers
from vreview.parse.mail.message import Letter, read_letter, safe_subject
from vreview.parse.mail.posting import Posting, chosen, postings

_MAILS_MAX = 10_000
_NOT_TAKEN = -1
_DEPTH_MAX = 200
"""Replies above a reply that are looked at: a chain of thousands would take quadratic time."""
_BASE = re.compile(
    r"^base-commit:[ \t]*(?:\S*[ \t])?([0-9a-f]{40}(?:[0-9a-f]{24})?)\b", re.MULTILINE
)
_PREREQUISITE = re.compile(r"^prerequisite-patch-id:[ \t]*([0-9a-f]{40})\b", re.MULTILINE)


def parse_series(messages: Sequence[bytes], *, version: int | None = None) -> Series:
    """The series in a thread's raw messages, of the newest version unless one is asked for.

    ``Series.missing`` names the patches that no mail carries. Raises SeriesError when there is
    no patch at all, no such version, or too much; HostileInput for a path that leaves the tree.
    """
    if not messages:
        raise SeriesError("there is no mail to read", hint="give a mbox, a patch or a Maildir")
    if len(messages) > _MAILS_MAX:
        raise SeriesError(
            f"{len(messages)} mails are more than a thread has (at most {_MAILS_MAX})",
            hint="cut out the one thread that holds the series",
        )
    letters = _unique([read_letter(raw) for raw in messages])
    found = postings(letters)
    if not found:
        raise SeriesError(
            _no_patch(letters), hint="does a mail that is not a reply carry the diff?"
        )
    taken = chosen(found, version=version)
    return _series(taken, letters, found)


def _unique(letters: Sequence[Letter]) -> list[Letter]:
    """The letters without repeated message-ids: the first copy is kept, as b4 does."""
    by_id: dict[tuple[MessageId, int], Letter] = {}
    for letter in letters:
        by_id.setdefault((letter.mail.message_id, letter.subject.n), letter)
    return list(by_id.values())


def _no_patch(letters: Sequence[Letter]) -> str:
    if len(letters) == 1:
        return f"the mail {safe_subject(letters[0])!r} carries no patch"
    shown = ", ".join(repr(safe_subject(letter)) for letter in letters[:3])
    return f"none of the {len(letters)} mails carries a patch: {shown}…"


def _series(taken: Posting, letters: Sequence[Letter], found: Sequence[Posting]) -> Series:
    gathered = _gathered(taken, letters, found)
    shared = gathered.get(0, ())
    patches = tuple(
        _patch(n, letter, (*gathered.get(n, ()), *shared)) for n, letter in taken.patches
    )
    texts = [letter.text for letter in (taken.cover, patches and taken.patches[0][1]) if letter]
    first = taken.cover or taken.patches[0][1]
    return Series(
        title=first.title,
        version=taken.version,
        total=taken.total,
        patches=patches,
        cover=_cover(taken.cover) if taken.cover else None,
        missing=taken.missing,
        doubled=taken.doubled,
        base_commit=_base_commit(texts),
        prerequisites=tuple(
            dict.fromkeys(match for text in texts for match in _PREREQUISITE.findall(text))
        ),
        other_versions=tuple(sorted({p.version for p in found} - {taken.version})),
    )


def _base_commit(texts: Sequence[str]) -> Oid | None:
    for text in texts:
        if match := _BASE.search(text):
            return Oid(match[1])
    return None


def _cover(letter: Letter) -> Cover:
    return Cover(title=letter.title, text=letter.text, mail=letter.mail)


def _patch(n: int, letter: Letter, replies: Sequence[Trailer]) -> Patch:
    assert letter.diff is not None
    own = trailers_of(letter.message)
    extra = _without_doubles(own, replies)
    try:
        files = parse_diff(letter.diff)
        damage = "" if files else "its diff names no file that git would find"
    except SeriesError as err:
        # One unreadable diff (a mail client wrapped it) must not hide the rest of the series.
        files, damage = (), str(err)
    except HostileInput as err:
        told = f"{safe_subject(letter)!r}: {err}"
        raise HostileInput(told, path=err.path, hint=err.hint) from err
    return Patch(
        n=n,
        title=letter.title,
        author=letter.author,
        date=letter.date,
        message=with_trailers(letter.message, extra),
        trailers=(*own, *extra),
        files=files,
        diff=letter.diff,
        mail=letter.mail,
        body=letter.text,
        notes=letter.notes,
        damage=damage,
    )


def _without_doubles(own: Sequence[Trailer], more: Sequence[Trailer]) -> tuple[Trailer, ...]:
    """``more`` without what ``own`` or an earlier one says, whatever the case of its letters."""
    seen = {(t.name.casefold(), t.value.casefold()) for t in own}
    out: list[Trailer] = []
    for trailer in more:
        key = (trailer.name.casefold(), trailer.value.casefold())
        if key not in seen:
            seen.add(key)
            out.append(trailer)
    return tuple(out)


def _gathered(
    taken: Posting, letters: Sequence[Letter], found: Sequence[Posting]
) -> dict[int, tuple[Trailer, ...]]:
    """Patch number (0: all of them) to the trailers that replies gave.

    As b4: a reply counts for the patch or cover that it hangs under, however deep; and one to
    an older version counts when that version's diff is the same.
    """
    targets = _targets(taken, found)
    by_id = {letter.mail.message_id: letter for letter in letters}
    out: dict[int, list[Trailer]] = {}
    for letter in letters:
        if not _is_reply(letter, taken):
            continue
        target = next(
            (targets[i] for i in _ancestors(letter, by_id) if i in targets),
            None,
        )
        if target is not None and target != _NOT_TAKEN:
            out.setdefault(target, []).extend(reply_trailers(letter.mail, letter.text))
    return {n: tuple(trailers) for n, trailers in out.items()}


def _is_reply(letter: Letter, taken: Posting) -> bool:
    if letter.subject.reply:
        return True
    return letter.diff is None and letter is not taken.cover and bool(letter.mail.in_reply_to)


def _targets(taken: Posting, found: Sequence[Posting]) -> dict[MessageId, int]:
    """Message-id to the patch number for which a reply to it counts, or _NOT_TAKEN."""
    targets: dict[MessageId, int] = {}
    if taken.cover:
        targets[taken.cover.mail.message_id] = 0
    for n, letter in taken.patches:
        targets[letter.mail.message_id] = n
    # What was said of a diff that is no longer the same does not count for the new one.
    older = [p for p in found if p is not taken and p.version < taken.version]
    others = [letter for p in older for _, letter in p.patches] + [c for _, c in taken.copies]
    if others:
        keys = {diff_key(letter.diff or b""): n for n, letter in taken.patches}
        for letter in others:
            same = keys.get(diff_key(letter.diff or b""), _NOT_TAKEN)
            targets.setdefault(letter.mail.message_id, same)
    return targets


def _ancestors(letter: Letter, by_id: Mapping[MessageId, Letter]) -> Iterator[MessageId]:
    """The message-ids above a letter, nearest first; stops at the first that is no reply."""
    seen = {letter.mail.message_id}
    at: Letter | None = letter
    while at is not None and len(seen) <= _DEPTH_MAX:
        mail = at.mail
        parents = (*([mail.in_reply_to] if mail.in_reply_to else ()), *reversed(mail.references))
        parent = next((i for i in parents if i in by_id and i not in seen), None)
        if parent is None:
            return
        seen.add(parent)
        yield parent
        at = by_id[parent]
        if not at.subject.reply and (at.diff is not None or at.subject.counted):
            return
