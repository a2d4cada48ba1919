# SPDX-License-Identifier: GPL-2.0-or-later
"""Which mails were posted together, as which version, and which posting is meant.

Reads subjects and reply links only; a diff is looked at to tell a copy from a new attempt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vreview.errors import SeriesError
from vreview.model.series import MessageId
from vreview.parse.mail.b4rules import diff_key
from vreview.parse.mail.message import Letter

Numbered = tuple[tuple[int, Letter], ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """A version of a series as it was sent. ``copies`` are the doubled patches, not taken."""

    version: int
    total: int
    patches: Numbered
    cover: Letter | None = None
    copies: Numbered = ()
    doubled_covers: tuple[MessageId, ...] = ()

    @property
    def missing(self) -> tuple[int, ...]:
        have = {n for n, _ in self.patches}
        return tuple(n for n in range(1, self.total + 1) if n not in have)

    @property
    def doubled(self) -> tuple[MessageId, ...]:
        return (*self.doubled_covers, *(letter.mail.message_id for _, letter in self.copies))

    @property
    def stands_alone(self) -> bool:
        """Has its cover or its first patch: not a reroll of a few patches of another version."""
        return self.cover is not None or self.patches[0][0] == 1


def postings(letters: Sequence[Letter]) -> tuple[Posting, ...]:
    """All postings among the letters, in the order in which they first appear.

    Mails of one version and total are one posting, unless the same number comes with different
    titles: then the reply links tell the series apart.
    """
    patches = [letter for letter in letters if letter.is_patch]
    if not patches and len(letters) == 1:
        # The one mail that was named is meant, even if it answers another; in a thread of
        # replies a diff is somebody's suggestion.
        patches = [letter for letter in letters if letter.diff is not None]
    by_id = {letter.mail.message_id: letter for letter in letters}
    covers = [c for c in letters if _is_cover(c)]
    groups: dict[tuple[int, int], list[Letter]] = {}
    for letter in patches:
        if letter.subject.counted:
            key = (_version(letter, by_id), letter.subject.total)
            groups.setdefault(key, []).append(letter)
    out = [
        _posting(version, total, group, covers, by_id)
        for (version, total), members in groups.items()
        for group in _told_apart(members, by_id)
    ]
    out.extend(_unnumbered([p for p in patches if not p.subject.counted], by_id))
    return tuple(_rerolled(out))


def _is_cover(letter: Letter) -> bool:
    return (
        letter.diff is None
        and letter.subject.counted
        and letter.subject.n == 0
        and (not letter.subject.reply)
    )


def _version(letter: Letter, by_id: Mapping[MessageId, Letter]) -> int:
    """The subject's version; a patch that states none takes its cover's, as b4 does."""
    if letter.subject.versioned or letter.mail.in_reply_to is None:
        return letter.subject.version
    parent = by_id.get(letter.mail.in_reply_to)
    if parent is None or parent.subject.reply or parent.subject.total != letter.subject.total:
        return letter.subject.version
    first = parent.subject.n == 1 and parent.diff is not None and letter.subject.n > 1
    return parent.subject.version if _is_cover(parent) or first else letter.subject.version


def _told_apart(
    members: Sequence[Letter], by_id: Mapping[MessageId, Letter]
) -> Iterable[list[Letter]]:
    titles: dict[int, str] = {}
    if all(titles.setdefault(p.subject.n, p.title) == p.title for p in members):
        return [list(members)]
    groups: dict[MessageId, list[Letter]] = {}
    for letter in members:
        groups.setdefault(_anchor(letter, by_id), []).append(letter)
    return groups.values()


def _anchor(letter: Letter, by_id: Mapping[MessageId, Letter]) -> MessageId:
    """The mail on top of a posting: its cover, or the first patch under which the others hang."""
    at, seen = letter, {letter.mail.message_id}
    while at.mail.in_reply_to:
        parent = by_id.get(at.mail.in_reply_to)
        if parent is None:
            # The cover is not here; its other patches name it too.
            return at.mail.in_reply_to
        same = (parent.subject.total, _version(parent, by_id)) == (
            letter.subject.total,
            _version(letter, by_id),
        )
        if parent.mail.message_id in seen or not same or parent.subject.reply:
            break
        if _is_cover(parent):
            return parent.mail.message_id
        seen.add(parent.mail.message_id)
        at = parent
    return at.mail.message_id


def _posting(
    version: int,
    total: int,
    members: Sequence[Letter],
    covers: Sequence[Letter],
    by_id: Mapping[MessageId, Letter],
) -> Posting:
    taken: dict[int, Letter] = {}
    copies: list[tuple[int, Letter]] = []
    for letter in members:
        n = letter.subject.n
        if n not in taken:
            taken[n] = letter
            continue
        kept, dropped = _of_two(taken[n], letter)
        taken[n] = kept
        copies.append((n, dropped))
    cover, doubled = _cover_of(version, total, members, covers, by_id)
    return Posting(
        version=version,
        total=total,
        patches=tuple(sorted(taken.items())),
        cover=cover,
        copies=tuple(copies),
        doubled_covers=doubled,
    )


def _of_two(first: Letter, second: Letter) -> tuple[Letter, Letter]:
    """(kept, dropped) of two mails with one number: a copy yields to the first, else the newer."""
    if diff_key(first.diff or b"") == diff_key(second.diff or b""):
        return first, second
    return (second, first) if second.mail.date > first.mail.date else (first, second)


def _cover_of(
    version: int,
    total: int,
    members: Sequence[Letter],
    covers: Sequence[Letter],
    by_id: Mapping[MessageId, Letter],
) -> tuple[Letter | None, tuple[MessageId, ...]]:
    """The cover letter, and the message-ids of its copies."""
    named = {i for p in members for i in (p.mail.in_reply_to, *p.mail.references) if i}
    fitting = [c for c in covers if (c.subject.version, c.subject.total) == (version, total)]
    above = [c for c in fitting if c.mail.message_id in named]
    if above or fitting:
        kept = (above or fitting)[0]
        copies = tuple(
            c.mail.message_id for c in fitting if c is not kept and c.title == kept.title
        )
        return kept, copies
    parent = by_id.get(members[0].mail.in_reply_to or MessageId(""))
    if parent is None or parent.diff is not None or parent.subject.reply:
        return None, ()
    # b4's rule for a cover without [PATCH 0/N]: a diffstat, or the same author's root mail.
    root = parent.mail.in_reply_to is None and parent.mail.sender == members[0].mail.sender
    naked = not parent.subject.counted and (parent.diffstat or root)
    return (parent if naked else None), ()


def _unnumbered(patches: Sequence[Letter], by_id: Mapping[MessageId, Letter]) -> Iterable[Posting]:
    """[PATCH] without n/N: a series in the mails' order when none answers another mail.

    Else each is a series of its own; the same title again is the next version, as b4 counts.
    """
    versions = {letter.subject.version for letter in patches}
    for version in sorted(versions):
        group = [letter for letter in patches if letter.subject.version == version]
        titles = {letter.title for letter in group}
        loose = all(not p.mail.in_reply_to and not p.mail.references for p in group)
        if len(group) > 1 and loose and len(titles) == len(group):
            yield Posting(version, len(group), tuple(enumerate(group, start=1)))
            continue
        for title in dict.fromkeys(letter.title for letter in group):
            attempts = [_as_single(p) for p in group if p.title == title]
            yield _posting(version, 1, attempts, (), by_id)


def _as_single(letter: Letter) -> Letter:
    """``letter`` as 1 of 1."""
    return replace(letter, subject=replace(letter.subject, n=1, total=1))


def _rerolled(found: Sequence[Posting]) -> Iterable[Posting]:
    """Fills a reroll of single patches with the rest of the version that it answers.

    b4's rule: every patch of it is a reply to the patch of the same number and total.
    """
    out: list[Posting] = []
    for posting in found:
        older = _answered(posting, found) if posting.missing and not posting.cover else None
        if older is not None:
            patches = dict(older.patches) | dict(posting.patches)
            posting = replace(
                posting,
                patches=tuple(sorted(patches.items())),
                cover=older.cover,
                copies=(
                    *posting.copies,
                    *((n, p) for n, p in older.patches if n in dict(posting.patches)),
                ),
            )
        out.append(posting)
    return out


def _answered(posting: Posting, found: Sequence[Posting]) -> Posting | None:
    for older in found:
        if older.version >= posting.version or older.total != posting.total:
            continue
        ids = {letter.mail.message_id: n for n, letter in (*older.patches, *older.copies)}
        if all(
            any(ids.get(i) == n for i in (letter.mail.in_reply_to, *letter.mail.references) if i)
            for n, letter in posting.patches
        ):
            return older
    return None


def chosen(found: Sequence[Posting], *, version: int | None) -> Posting:
    """The posting of the asked version, or the newest that is more than a few rerolled patches.

    Of several with that version: a complete one, then one by the thread's first author, then
    the newest.
    """
    fitting = [p for p in found if version is None or p.version == version]
    if not fitting:
        have = ", ".join(f"v{v}" for v in sorted({p.version for p in found}))
        raise SeriesError(
            f"there is no version {version} among the mails, only {have}",
            hint=f"leave the version out to get v{max(p.version for p in found)}",
        )
    opener = found[0].patches[0][1].mail.sender
    return max(
        fitting,
        key=lambda p: (
            p.stands_alone or not p.missing,
            p.version,
            not p.missing,
            p.patches[0][1].mail.sender == opener,
            p.patches[0][1].mail.date,
        ),
    )
