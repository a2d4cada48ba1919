# SPDX-License-Identifier: GPL-2.0-or-later
"""The real adapter on small real repositories: bases, 3-way, trees imported, nothing touched."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from vreview.adapters.git.objects import GitRepo
from vreview.adapters.git.trees import import_tree
from vreview.adapters.reporters.progress import QuietObserver
from vreview.app.apply import apply
from vreview.errors import HostileInput, StorageFailed, TreeError
from vreview.model.review import BaseReason, How, Refusal
from vreview.model.series import Oid, Series
from vreview.parse.mail import parse_series


def git(folder: Path, *argv: str) -> str:
    done = subprocess.run(("git", *argv), cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def numbered(*names: object) -> str:
    return "".join(f"{name}\n" for name in names)


def commit(folder: Path, message: str, **files: str) -> Oid:
    for name, data in files.items():
        (folder / name.replace("_c", ".c")).write_text(data)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return Oid(git(folder, "rev-parse", "HEAD"))


def mails(folder: Path, span: str, *options: str) -> tuple[bytes, ...]:
    text = git(folder, "format-patch", "--stdout", *options, span)
    return tuple(f"From {part}".encode() for part in f"\n{text}\n".split("\nFrom ")[1:])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """base — one — two (HEAD); a.c has sixty lines, b.c twenty."""
    folder = tmp_path / "tree"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "base", a_c=numbered(*range(60)), b_c=numbered(*range(20)))
    return folder


def changed(series: str, old: int, new: str) -> str:
    return series.replace(f"\n{old}\n", f"\n{new}\n")


def series_of(folder: Path, span: str, *options: str) -> Series:
    return parse_series(mails(folder, span, *options))


def two_patches(tree: Path) -> Series:
    """a.c, then a.c and b.c; the tree goes back to where it was."""
    base = git(tree, "rev-parse", "HEAD")
    first = changed(numbered(*range(60)), 30, "thirty")
    commit(tree, "one", a_c=first)
    commit(tree, "two", a_c=changed(first, 10, "ten"), b_c=changed(numbered(*range(20)), 10, "x"))
    series = series_of(tree, f"{base}..HEAD")
    git(tree, "reset", "-q", "--hard", base)
    return series


def test_the_base_commit_trailer_is_taken_and_its_absence_told(tree: Path) -> None:
    base = git(tree, "rev-parse", "HEAD")
    commit(tree, "one", a_c=changed(numbered(*range(60)), 30, "thirty"))
    series = series_of(tree, f"{base}..HEAD", f"--base={base}")
    commit(tree, "elsewhere", b_c="other\n")
    applied = GitRepo(tree).apply(series, base=None)
    assert (applied.base.reason, applied.base.commit) == (BaseReason.TRAILER, base)

    stranger = tree.parent / "stranger"
    git(tree.parent, "clone", "-q", "--depth=1", f"file://{tree}", str(stranger))
    shallow = GitRepo(stranger).apply(series, base=None)
    assert shallow.tried[0][0].reason is BaseReason.TRAILER
    assert f"commit {base[:12]} is not in" in shallow.tried[0][1]
    assert "shallow" in shallow.tried[0][1]


def test_the_blobs_find_head_or_the_commit_in_history(tree: Path) -> None:
    base = git(tree, "rev-parse", "HEAD")
    series = two_patches(tree)
    here = GitRepo(tree).apply(series, base=None)
    assert (here.base.reason, here.base.detail) == (BaseReason.BLOBS_HEAD, "2 of 2 blobs")
    assert here.complete

    commit(tree, "rewritten", a_c=numbered(*range(100, 160)))
    commit(tree, "again", a_c=numbered(*range(200, 260)))
    back = GitRepo(tree).apply(series, base=None)
    assert (back.base.reason, back.base.commit) == (BaseReason.BLOBS_HISTORY, base)
    assert back.base.detail == "2 of 2 blobs, HEAD has 1"
    assert back.complete


def test_an_asked_base_is_the_only_one(tree: Path) -> None:
    series = two_patches(tree)
    other = commit(tree, "rewritten", a_c=numbered(*range(100, 160)))
    applied = GitRepo(tree).apply(series, base="HEAD")
    assert applied.base.commit == other
    assert [patch.refusal for patch in applied.patches] == [
        Refusal.CONFLICT,
        Refusal.MISSING_PATCH,
    ]
    assert "a.c: hunk 1" in applied.patches[0].why
    with pytest.raises(TreeError, match="'no-such-thing'"):
        GitRepo(tree).apply(series, base="no-such-thing")


def test_three_way_where_the_context_moved_on(tree: Path) -> None:
    series = two_patches(tree)
    # Within the hunk's context, three lines from the change: no place for it, no conflict.
    commit(tree, "near", a_c=changed(numbered(*range(60)), 33, "thirty-three"))
    applied = GitRepo(tree).apply(series, base="HEAD")
    assert applied.complete
    assert applied.patches[0].how is How.THREE_WAY
    data = GitRepo(tree).read(applied.tip or Oid(""), "a.c")
    assert data is not None
    assert {b"thirty", b"thirty-three"} <= set(data.split(b"\n"))


def test_already_applied_and_what_comes_after_it(tree: Path) -> None:
    series = two_patches(tree)
    commit(tree, "one", a_c=changed(numbered(*range(60)), 30, "thirty"))
    applied = GitRepo(tree).apply(series, base="HEAD")
    assert applied.patches[0].refusal is Refusal.ALREADY_APPLIED
    assert applied.patches[1].commit is not None
    assert applied.tip is None


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file of the checkout and of .git, but for objects and our own refs."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not (name := str(path.relative_to(folder))).startswith(
            (".git/objects/", ".git/refs/vreview/")
        )
    }


def test_the_users_side_is_byte_identical_and_no_hook_runs(tree: Path) -> None:
    series = two_patches(tree)
    for hook in ("post-commit", "reference-transaction", "applypatch-msg", "post-index-change"):
        path = tree / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {tree}/hook-ran\n")
        path.chmod(0o755)
    (tree / "a.c").write_text("dirty\n")
    (tree / "untracked").write_text("mine\n")
    before = fingerprint(tree)
    applied = GitRepo(tree).apply(series, base=None)
    assert git(tree, "for-each-ref", "refs/vreview/") == ""
    GitRepo(tree).keep(applied)
    assert applied.complete
    assert fingerprint(tree) == before
    assert git(tree, "for-each-ref", "--format=%(objectname)", "refs/vreview/") == applied.tip
    assert applied == GitRepo(tree).apply(series, base=None)


def test_a_branch_is_made_on_request_and_never_moved(tree: Path) -> None:
    series = two_patches(tree)
    repo = GitRepo(tree)
    applied = apply(series, repo, base=None, branch="topic/x")
    assert git(tree, "rev-parse", "topic/x") == applied.tip
    assert repo.changed_paths(Oid(git(tree, "rev-parse", "main")), applied.tip or Oid("")) == (
        "a.c",
        "b.c",
    )
    for name in ("topic/x", "main", "-x", "a..b"):
        with pytest.raises(TreeError):
            apply(series, repo, base=None, branch=name)


def test_a_bare_repository_will_do_and_a_read_only_one_says_so(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = two_patches(tree)
    bare = tree.parent / "bare.git"
    git(tree.parent, "clone", "-q", "--bare", str(tree), str(bare))
    assert GitRepo(bare).apply(series, base=None).complete
    if os.geteuid() == 0:
        return  # root writes wherever it likes
    sealed = tree.parent / "sealed.git"
    git(tree.parent, "clone", "-q", "--bare", str(tree), str(sealed))
    for path in sealed.rglob("*"):
        path.chmod(path.stat().st_mode & 0o555)
    with pytest.raises(StorageFailed, match=r"sealed\.git"):
        GitRepo(sealed).apply(series, base=None)


def test_no_repository_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="not in a git repository"):
        GitRepo(tmp_path)


def test_a_patch_through_a_link_of_the_tree_is_refused(tree: Path) -> None:
    base = git(tree, "rev-parse", "HEAD")
    (tree / "d").mkdir()
    commit(tree, "file", **{"d/new_c": "x\n"})
    series = series_of(tree, f"{base}..HEAD")
    git(tree, "reset", "-q", "--hard", base)
    (tree / "d").symlink_to("/etc")
    commit(tree, "link")
    with pytest.raises(HostileInput, match="symbolic link 'd'"):
        GitRepo(tree).apply(series, base="HEAD")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder like an unpacked kernel, with the .gitignore that hides everything."""
    folder = tmp_path / "linux-source-9.9"
    (folder / "scripts").mkdir(parents=True)
    (folder / ".gitignore").write_text("*.o\n/*\n")
    (folder / "Makefile").write_text("VERSION = 9\n")
    (folder / "scripts" / "run.sh").write_text("#!/bin/sh\n")
    (folder / "scripts" / "run.sh").chmod(0o755)
    (folder / "scripts" / 'ü "x".txt').write_bytes(b"\0\r\n")
    (folder / "link").symlink_to("scripts")
    return folder


def test_a_tarball_and_its_folder_give_the_commit_that_git_gives(
    sources: Path, tmp_path: Path
) -> None:
    tarball = tmp_path / f"{sources.name}.tar.xz"
    with tarfile.open(tarball, "w:xz") as tar:
        tar.add(sources, sources.name)
    store = import_tree(tarball, tmp_path / "trees" / "t.git", observer=QuietObserver())
    again = import_tree(sources, tmp_path / "trees" / "f.git", observer=QuietObserver())
    git(sources, "init", "-q")
    git(sources, "add", "-A", "-f")
    assert git(store, "rev-parse", "main^{tree}") == git(sources, "write-tree")
    assert git(store, "rev-parse", "main") == git(again, "rev-parse", "main")
    assert not git(store, "fsck", "--strict")


def test_an_import_is_done_once_and_again_when_the_source_changes(
    sources: Path, tmp_path: Path
) -> None:
    tarball, store = tmp_path / "x.tar", tmp_path / "trees" / "x.git"

    def pack() -> None:
        with tarfile.open(tarball, "w") as tar:
            tar.add(sources, "x")

    pack()
    import_tree(tarball, store, observer=QuietObserver())
    first, stamp = git(store, "rev-parse", "main"), (store / "vreview-import.json").stat()
    import_tree(tarball, store, observer=QuietObserver())
    assert (store / "vreview-import.json").stat().st_mtime_ns == stamp.st_mtime_ns
    (sources / "Makefile").write_text("VERSION = 10\n" * 2000)
    pack()
    import_tree(tarball, store, observer=QuietObserver())
    assert git(store, "rev-parse", "main") != first


def test_a_killed_import_leaves_nothing_that_counts(sources: Path, tmp_path: Path) -> None:
    store = tmp_path / "trees" / "x.git"
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from vreview.adapters.git import trees\n"
        "from vreview.adapters.reporters.progress import QuietObserver\n"
        "trees.write_whole = lambda path, data: os.kill(os.getpid(), signal.SIGKILL)\n"
        "trees.import_tree(Path(sys.argv[1]), Path(sys.argv[2]), observer=QuietObserver())\n"
    )
    died = subprocess.run((sys.executable, "-c", program, str(sources), str(store)), check=False)
    assert died.returncode == -signal.SIGKILL
    assert not store.exists()
    import_tree(sources, store, observer=QuietObserver())
    assert git(store, "ls-tree", "-r", "--name-only", "main").count("\n") == 4


@pytest.mark.parametrize("kind", ["absent", "empty", "garbage"])
def test_what_is_no_source_tree_is_a_clear_error(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "linux.tar"
    if kind == "empty":
        source = tmp_path / "empty"
        source.mkdir()
    elif kind == "garbage":
        source.write_bytes(b"no tarball at all" * 100)
    with pytest.raises(TreeError):
        import_tree(source, tmp_path / "trees" / "x.git", observer=QuietObserver())
    assert not (tmp_path / "trees" / "x.git").exists()


def test_a_partial_clone_without_the_content_is_told(tree: Path) -> None:
    series = two_patches(tree)
    git(tree, "config", "uploadpack.allowFilter", "true")
    partial = tree.parent / "partial.git"
    git(tree.parent, "clone", "-q", "--bare", "--filter=blob:none", f"file://{tree}", str(partial))
    with pytest.raises(TreeError, match=r"lacks the content of a\.c .*partial clone"):
        GitRepo(partial).apply(series, base=None)


def test_a_commit_is_carried_over_what_it_does_not_touch(tree: Path) -> None:
    base = Oid(git(tree, "rev-parse", "HEAD"))
    broken = changed(numbered(*range(60)), 50, "broken")
    commit(tree, "one", a_c=broken)
    mended = changed(numbered(*range(60)), 10, "ten")
    two = commit(tree, "two", a_c=mended)
    repo = GitRepo(tree)
    made = repo.carried(two, onto=base)
    assert made is not None
    assert repo.read(made, "a.c") == mended.encode()
    assert repo.subject(made) == "two"
    assert repo.carried(two, onto=base) == made
    assert git(tree, "for-each-ref", "--contains", made) == ""


def test_a_commit_that_needs_the_one_before_is_not_carried(tree: Path) -> None:
    base = Oid(git(tree, "rev-parse", "HEAD"))
    commit(tree, "one", a_c=changed(numbered(*range(60)), 30, "thirty"))
    two = commit(tree, "two", a_c=changed(numbered(*range(60)), 30, "THIRTY"))
    assert GitRepo(tree).carried(two, onto=base) is None
