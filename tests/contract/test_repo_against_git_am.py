# SPDX-License-Identifier: GPL-2.0-or-later
"""Repo.apply makes the commits that `git am` makes, id for id, on whatever git can format."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vreview.adapters.git.applying import COMMITTER
from vreview.adapters.git.objects import GitRepo
from vreview.model.review import Applied, How
from vreview.parse.mail import parse_series


class World:
    """A repository with a checkout, driven by real git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main", ".")

    def git(self, *argv: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ("git", *argv),
            cwd=self.folder,
            env={**os.environ, **env},
            check=check,
            capture_output=True,
        )

    def commit(self, files: dict[str, bytes | None], message: str) -> str:
        for name, data in files.items():
            path = self.folder / name
            if data is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def fresh(self) -> None:
        """An empty checkout of no commit."""
        self.git("update-ref", "-d", "refs/heads/main")
        self.git("symbolic-ref", "HEAD", "refs/heads/main")
        self.git("rm", "-rqf", "--ignore-unmatch", ".")
        self.git("clean", "-fdxq")

    def head(self, revision: str = "HEAD") -> str:
        return self.git("rev-parse", revision).stdout.decode().strip()

    def patches(self, base: str, *options: str) -> list[bytes]:
        """What `git format-patch` writes for base..HEAD, mail by mail."""
        out = self.folder / ".git" / "out"
        self.git("format-patch", "-q", "-o", str(out), *options, f"{base}..HEAD")
        mails = [path.read_bytes() for path in sorted(out.iterdir())]
        for path in out.iterdir():
            path.unlink()
        return mails

    def am(self, mails: list[bytes], base: str) -> str | None:
        """The tip that `git am` makes on ``base``; None when it stops."""
        self.git("checkout", "-q", "-f", "--detach", base)
        names = []
        for n, mail in enumerate(mails):
            path = self.folder / ".git" / f"mail-{n}"
            path.write_bytes(mail)
            names.append(str(path))
        done = self.git(
            "am", "-q", "--no-3way", "--committer-date-is-author-date", *names,
            check=False,
            GIT_COMMITTER_NAME=COMMITTER.name,
            GIT_COMMITTER_EMAIL=COMMITTER.email,
        )  # fmt: skip
        if done.returncode:
            self.git("am", "--abort")
            return None
        return self.head()

    def apply(self, mails: list[bytes], base: str) -> Applied:
        return GitRepo(self.folder).apply(parse_series(mails), base=base)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    for key, value in {
        "GIT_AUTHOR_NAME": "Ann Author",
        "GIT_AUTHOR_EMAIL": "ann@example.org",
        "GIT_COMMITTER_NAME": "Ann Author",
        "GIT_COMMITTER_EMAIL": "ann@example.org",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }.items():
        os.environ.setdefault(key, value)
    return World(tmp_path_factory.mktemp("world"))


def text(*numbers: int) -> bytes:
    return b"".join(b"line %d\n" % n for n in numbers)


NAMES = st.sampled_from(["a.c", "dir/b.c", "dir/sub/c.h", "with space.txt", 'q"uote\\x.h', "ü.txt"])
LINES = st.lists(
    st.sampled_from(
        [b"\n", b"{\n", b"}\n", b"\tx\n", b"same\n", b"cr\r\n", b"\x80\xff\n", b"-- \n"]
    )
    | st.integers(0, 40).map(lambda n: b"line %d\n" % n),
    max_size=30,
)
CONTENT = st.builds(
    lambda lines, newline: b"".join(lines) if newline else b"".join(lines).removesuffix(b"\n"),
    LINES,
    st.booleans(),
)
BASE = text(*range(60))


@st.composite
def edited(draw: st.DrawFn, before: bytes) -> bytes:
    """``before`` with a few lines taken out, brought in or changed."""
    lines = before.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        count = draw(st.integers(0, 3))
        lines[at : at + count] = draw(LINES.map(lambda found: found[:3]))
    return b"".join(lines)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_same_commit_ids_as_git_am_whatever_was_edited(world: World, data: st.DataObject) -> None:
    world.fresh()
    names = data.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    base = world.commit(dict.fromkeys(names, BASE), "base")
    now: dict[str, bytes] = dict.fromkeys(names, BASE)
    for n in range(data.draw(st.integers(1, 3))):
        change: dict[str, bytes | None] = {}
        for name in data.draw(st.lists(NAMES, min_size=1, max_size=2, unique=True)):
            kind = data.draw(st.sampled_from(["edit", "edit", "rewrite", "delete", "move"]))
            if name not in now or kind == "rewrite":
                now[name] = data.draw(CONTENT)
            elif kind == "delete" and len(now) > 1:
                del now[name]
                change[name] = None
                continue
            elif kind == "move":
                moved = f"moved/{n}-{len(now)}.c"
                now[moved] = data.draw(edited(now.pop(name)))
                change |= {name: None, moved: now[moved]}
                continue
            else:
                now[name] = data.draw(edited(now[name]))
            change[name] = now[name]
        world.commit(change, f"patch {n}\n\nBody of it.\n\nSigned-off-by: Ann <ann@example.org>")
    options = data.draw(st.sampled_from([(), ("-M",), ("-C",), ("--binary", "--full-index")]))
    mails = [mail for mail in world.patches(base, *options) if b"\ndiff --git" in mail]
    if not mails:
        return
    shifted = data.draw(st.sampled_from(["", "new first line\n", "a\nb\nc\nline 7\n"]))
    world.git("checkout", "-q", "-f", "--detach", base)
    start = world.commit({name: shifted.encode() + BASE for name in names}, "elsewhere")

    tip = world.am(mails, start)
    applied = world.apply(mails, start)

    if tip is not None:
        assert applied.tip == tip
        assert {p.how for p in applied.patches} <= {How.EXACT, How.OFFSET}
    else:
        # git am -3 would have gone on from the blobs; without 3-way it must fail here too.
        assert any(p.commit is None or p.how is How.THREE_WAY for p in applied.patches)
        assert all(p.why for p in applied.patches if p.commit is None)


def test_mode_changes_links_and_empty_files(world: World) -> None:
    world.fresh()
    base = world.commit({"run.sh": b"#!/bin/sh\n", "old": b"x\n"}, "base")
    (world.folder / "run.sh").chmod(0o755)
    (world.folder / "link").symlink_to("old")
    world.commit({"empty": b"", "blob.bin": bytes(range(256)) * 9}, "many kinds")
    world.commit({"blob.bin": bytes(range(256)) * 8 + b"end\0", "empty": None}, "binary delta")
    mails = world.patches(base, "--binary", "--full-index")

    tip = world.am(mails, base)

    assert tip is not None
    assert world.apply(mails, base).tip == tip
