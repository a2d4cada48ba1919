# SPDX-License-Identifier: GPL-2.0-or-later
"""Title, message, author, date and diff are what real git makes of the same mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from vreview.adapters import proc
from vreview.errors import SeriesError
from vreview.model.series import Patch, Person
from vreview.parse.mail import parse_series
from vreview.parse.mail.mbox import split_mbox

_FOLDER = Path(__file__).resolve().parents[2] / "golden" / "mail"

# Where we mean to differ: git keeps the CRs of base64 (and git am then fails), breaks flowed
# context lines, does not open attached mails, and reads HTML as if it were text.
_BETTER_THAN_GIT = {
    "attached-diff",
    "attached-format-patch",
    "base64-crlf",
    "format-flowed",
    "wrapped-by-list",
}
# git cannot read a NUL in a header at all.
_GIT_REFUSES = {"hostile-headers"}


@dataclass(frozen=True)
class GitsView:
    title: str
    message: str
    author: tuple[str, str]
    date: datetime
    patch: bytes


def gits_view(raw: bytes, scratch: Path) -> GitsView:
    """What `git mailinfo` and the clean-up of `git am` make of a mail."""
    scratch.mkdir(exist_ok=True)
    log, patch = scratch / "log", scratch / "patch"
    info = proc.run(
        ("git", "mailinfo", str(log), str(patch)), data=raw.replace(b"\r\n", b"\n"), apart=True
    )
    fields = dict(line.split(": ", 1) for line in info.text.splitlines() if ": " in line)
    whole = fields.get("Subject", "").encode() + b"\n\n" + log.read_bytes()
    clean = proc.run(("git", "stripspace"), data=whole, apart=True).text
    title, _, message = clean.partition("\n")
    return GitsView(
        title,
        message.lstrip("\n"),
        (fields["Author"], fields["Email"]),
        parsedate_to_datetime(fields["Date"]),
        patch.read_bytes(),
    )


def our_view(patch: Patch) -> tuple[str, str, tuple[str, str], datetime]:
    return patch.title, patch.message, (patch.author.name, patch.author.email), patch.date


def patches_of(path: Path) -> Iterator[tuple[bytes, Patch]]:
    """Each mail of a mbox that is a patch on its own, with what we read in it alone."""
    for raw in split_mbox(path.read_bytes()):
        try:
            yield raw, parse_series((raw,)).patches[0]
        except SeriesError:
            continue


_SAME = [
    path
    for path in sorted(_FOLDER.glob("*.mbox"))
    if path.stem not in _BETTER_THAN_GIT | _GIT_REFUSES
]


@pytest.mark.parametrize("path", _SAME, ids=lambda path: path.stem)
def test_git_reads_the_same_words_and_the_same_diff(path: Path, tmp_path: Path) -> None:
    found = list(patches_of(path))
    assert found
    for raw, patch in found:
        git = gits_view(raw, tmp_path)
        assert our_view(patch) == (git.title, git.message, git.author, git.date)
        assert git.patch.endswith(patch.diff)


def test_git_am_commits_what_we_read(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    proc.run(("git", "init", "-q", str(repo)))
    proc.run(("git", "-C", str(repo), "commit", "-q", "--allow-empty", "-m", "empty"))
    for name in ("order-shuffled", "latin1-quoted-printable", "odd-words", "folded-trailers"):
        for raw, patch in patches_of(_FOLDER / f"{name}.mbox"):
            proc.run(("git", "-C", str(repo), "am", "-q", "-"), data=raw)
            shown = proc.run(
                ("git", "-C", str(repo), "show", "-s", "--format=%an%n%ae%n%aI%n%B"), apart=True
            ).text
            name_, email, date, rest = shown.split("\n", 3)
            assert Person(name_, email) == patch.author
            assert datetime.fromisoformat(date) == patch.date
            gap = "\n\n" if patch.message else "\n"
            assert rest.rstrip("\n") == f"{patch.title}{gap}{patch.message}".rstrip("\n")


def differs_on_purpose(raw: bytes, patch: Patch, git: GitsView) -> str:
    """Why git's view may differ from ours, or "": the cases above, found in the mail."""
    if b"\r\n" in git.patch and b"\r" not in patch.diff:
        return "base64 or quoted-printable with CRLF inside"
    if "Received: " in git.message:
        return "a mail wrapped in a mail"
    if b"format=flowed" in raw.lower() and b"\n \n" in patch.diff:
        return "flowed context lines"
    return ""


@pytest.mark.shared
def test_the_corpus_reads_as_git_reads_it(shared: Path, tmp_path: Path) -> None:
    same, better, wrong = 0, [], []
    for path in sorted((shared / "corpus" / "dev" / "series").glob("*.mbox")):
        for raw, patch in patches_of(path):
            git = gits_view(raw, tmp_path)
            words = our_view(patch) == (git.title, git.message, git.author, git.date)
            if words and git.patch.endswith(patch.diff):
                same += 1
            elif why := differs_on_purpose(raw, patch, git):
                better.append((path.stem, patch.n, why))
            else:
                wrong.append((path.stem, patch.n, patch.title))
    assert wrong == []
    assert same > 5 * len(better), better
