# SPDX-License-Identifier: GPL-2.0-or-later
"""Every kind of source, on real files and real git; and what is refused, with which words."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
from pathlib import Path

import pytest

from vreview.adapters import proc
from vreview.adapters.mail import MailSource, open_source
from vreview.adapters.mail.folders import BYTES_MAX
from vreview.adapters.mail.source import message_id_of
from vreview.errors import SeriesError
from vreview.parse.mail import parse_series
from vreview.parse.mail.mbox import split_mbox

_GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "mail"
_MBOX = _GOLDEN / "order-shuffled.mbox"
_TITLES = ["demo: file 1", "demo: file 2", "demo: file 3"]


def titles(messages: tuple[bytes, ...]) -> list[str]:
    return [patch.title for patch in parse_series(messages).patches]


def git(repo: Path, *args: str, data: bytes | None = None) -> str:
    return proc.run(("git", "-C", str(repo), *args), data=data, apart=True).text.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository whose last three commits are the golden series, with hostile settings."""
    folder = tmp_path / "repo"
    proc.run(("git", "init", "-q", "-b", "main", str(folder)))
    git(folder, "commit", "-q", "--allow-empty", "-m", "empty")
    for raw in sorted(split_mbox(_MBOX.read_bytes()), key=lambda m: m.find(b"PATCH 2/3") > 0):
        if b"PATCH 0/3" not in raw:
            git(folder, "am", "-q", "-", data=raw)
    for setting in ("format.attach=x", "format.signOff=true", "format.to=a@b.c", "diff.noprefix=1"):
        git(folder, "config", *setting.split("="))
    return folder


def test_a_mbox() -> None:
    assert titles(open_source(str(_MBOX))) == _TITLES


def test_a_packed_mbox(tmp_path: Path) -> None:
    packed = tmp_path / "t.mbox.gz"
    packed.write_bytes(gzip.compress(_MBOX.read_bytes()))
    assert titles(open_source(str(packed))) == _TITLES


def test_standard_input() -> None:
    assert titles(open_source("-", stdin=io.BytesIO(_MBOX.read_bytes()))) == _TITLES


def test_a_maildir(tmp_path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    for index, raw in enumerate(split_mbox(_MBOX.read_bytes())):
        (tmp_path / ("cur" if index % 2 else "new") / f"{index}.host:2,S").write_bytes(raw)
    (tmp_path / "tmp" / "half").write_bytes(b"not delivered yet")
    assert titles(open_source(str(tmp_path))) == _TITLES


def test_a_folder_and_a_list_of_patches(repo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    git(
        repo, "-c", "diff.noprefix=false", "format-patch", "-q", "--no-attach", "-o", str(out), "-3"
    )
    expected = [git(repo, "show", "-s", "--format=%s", f"HEAD~{n}") for n in (2, 1, 0)]
    assert titles(open_source(str(out))) == expected
    assert titles(open_source([str(p) for p in sorted(out.iterdir(), reverse=True)])) == expected


def test_patches_without_numbers_are_a_series_in_the_files_order(
    repo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    git(repo, "format-patch", "-q", "-N", "--no-attach", "-o", str(out), "-3")
    series = parse_series(open_source(str(out)))
    assert [p.n for p in series.patches] == [1, 2, 3]
    assert series.total == 3


def test_one_mail(tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(next(m for m in split_mbox(_MBOX.read_bytes()) if b"PATCH 2/3" in m))
    series = parse_series(open_source(str(mail)))
    assert [p.title for p in series.patches] == ["demo: file 2"]
    assert series.missing == (1, 3)


def test_a_git_range_reads_as_the_commits_are(repo: Path) -> None:
    before = {p: p.read_bytes() for p in repo.rglob("*") if p.is_file()}
    series = parse_series(open_source("HEAD~2..HEAD", tree=repo))
    assert series.base_commit == git(repo, "rev-parse", "HEAD~2")
    for patch, revision in zip(series.patches, ("HEAD~1", "HEAD"), strict=True):
        assert patch.title == git(repo, "show", "-s", "--format=%s", revision)
        assert patch.message.strip() == git(repo, "show", "-s", "--format=%b", revision)
        assert patch.mail.message_id.startswith(git(repo, "rev-parse", revision))
        assert len(patch.files) == 1
    assert {p: p.read_bytes() for p in repo.rglob("*") if p.is_file()} == before


def test_from_in_a_commit_message_survives_a_range(repo: Path) -> None:
    text = f"From {'0' * 40} Mon Sep 17 00:00:00 2001\n>From here"
    (repo / "new").write_text("x\n")
    git(repo, "add", "new")
    git(repo, "commit", "-q", "-m", "demo: from", "-m", text)
    (patch,) = parse_series(open_source("HEAD^..HEAD", tree=repo)).patches
    assert patch.message.strip() == text


def test_a_range_with_a_merge_is_refused(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "side", "HEAD~1")
    git(repo, "commit", "-q", "--allow-empty", "-m", "side")
    git(repo, "merge", "-q", "--no-edit", "main")
    with pytest.raises(SeriesError, match="1 merges"):
        open_source("HEAD~2..HEAD", tree=repo)


def _inbox(folder: Path, *, layout: str) -> None:
    """A public-inbox mirror of the golden threads, in the v1 or the v2 layout."""
    mails: list[bytes] = []
    for name in ("trailers-in-replies", "odd-prefixes", "base64-crlf"):
        mails.extend(split_mbox((_GOLDEN / f"{name}.mbox").read_bytes()))
    stream: list[bytes] = []
    for index, raw in enumerate(mails):
        mid = raw.split(b"Message-ID: <")[1].split(b">")[0]
        digest = hashlib.sha1(mid).hexdigest()
        path = "m" if layout == "v2" else f"{digest[:2]}/{digest[2:]}"
        head = f"commit refs/heads/master\ncommitter A <a@b.c> {1672650000 + index} +0000\n"
        head += "data 1\nx\n"
        stream.append(head.encode() + f"M 100644 inline {path}\ndata {len(raw)}\n".encode())
        stream.append(raw + b"\n")
    proc.run(("git", "init", "-q", "--bare", "-b", "master", str(folder)))
    git(folder, "fast-import", "--quiet", data=b"".join(stream))


@pytest.mark.parametrize("layout", ["v1", "v2"])
@pytest.mark.parametrize(
    "name", ["c1@x", "<p2@x>", "id:r3@x", "https://lore.example.org/demo/r2%40x/", "r5@x"]
)
def test_a_message_id_brings_its_whole_thread(tmp_path: Path, layout: str, name: str) -> None:
    mirror = tmp_path / "inbox"
    _inbox(mirror if layout == "v1" else mirror / "git" / "0.git", layout=layout)
    messages = open_source(name, mirrors=[tmp_path / "inbox"])
    assert len(messages) == 9
    assert titles(messages) == _TITLES
    assert any(t.source for p in parse_series(messages).patches for t in p.trailers)


def test_a_message_id_with_a_slash_is_one() -> None:
    assert message_id_of("ZS/C1HS/EEX@mail.example.com") == "ZS/C1HS/EEX@mail.example.com"


def test_a_message_id_that_no_mirror_has(tmp_path: Path) -> None:
    _inbox(tmp_path / "inbox", layout="v1")
    with pytest.raises(SeriesError, match="no mail with this message-id") as caught:
        open_source("other@x", mirrors=[tmp_path / "inbox"])
    assert "inbox" in str(caught.value)


def test_a_mirror_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match="cannot read the mirror"):
        open_source("c1@x", mirrors=[tmp_path])
    with pytest.raises(SeriesError, match="does not exist"):
        open_source("c1@x", mirrors=[tmp_path / "gone"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "binary file"),
        (b"hello\n", "neither a mbox nor a mail"),
        (b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "bare diff"),
        (b"\x1f\x8bnot really", "cannot be unpacked"),
    ],
)
def test_what_is_no_mail_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(SeriesError, match=words) as caught:
        open_source(str(file))
    assert str(file) in str(caught.value)


def test_an_archive_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    big = tmp_path / "big.mbox"
    with open(big, "wb") as file:
        file.truncate(BYTES_MAX + 1)
    with pytest.raises(SeriesError, match="an archive, not a thread"):
        open_source(str(big))
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as packed:
        for _ in range((BYTES_MAX >> 20) + 1):
            packed.write(bytes(1 << 20))
    with pytest.raises(SeriesError, match="an archive, not a thread"):
        open_source(str(bomb))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nope", "no such file or folder"),
        ("A..B", "no tree in which it could be a git range"),
        ("a@b.c", "no mirror is configured"),
        ("--upload-pack=x..y", "no such file"),
        ("x" * 5000, "no such file"),
        ("a\0b", "no such file"),
    ],
)
def test_a_name_of_nothing_says_what_was_tried(name: str, words: str) -> None:
    with pytest.raises(SeriesError, match=words) as caught:
        open_source(name)
    assert caught.value.hint


def test_a_folder_without_patches(tmp_path: Path) -> None:
    shutil.copy(_MBOX, tmp_path / "readme.txt")
    with pytest.raises(SeriesError, match="holds no mail"):
        open_source(str(tmp_path))


def test_nothing_named() -> None:
    with pytest.raises(SeriesError, match="no series was named"):
        open_source([])
    with pytest.raises(SeriesError, match="no standard input"):
        MailSource().read("-")
