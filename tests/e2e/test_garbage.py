# SPDX-License-Identifier: GPL-2.0-or-later
"""Unusable input through the real command: one clear error, the documented status, no remains.

Every call checks that nobody's tree changed, that no run is left for --resume, and that no
traceback was printed; nothing here builds or boots.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

FILE = "kernel/clock.c"
TEXT = "".join(f"int a{n};\n" for n in range(20))
VERBS = ("apply", "lint", "review")


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", folder, *args], check=True, capture_output=True, text=True)
    return done.stdout


def committed(folder: Path, files: dict[str, str]) -> Path:
    """A repository with these files in its only commit."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    return folder


def prints(folder: Path) -> dict[str, str]:
    """A hash of each file of a tree and its .git, without objects and vreview's own refs."""
    ours = (".git/objects/", ".git/refs/vreview/")
    names = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {
        name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in names
        if not (name := p.relative_to(folder).as_posix()).startswith(ours)
    }


@dataclass(frozen=True)
class Desk:
    """A tree that looks like a kernel, a series for it, and homes of vreview's own."""

    folder: Path
    tree: Path
    good: Path

    def homes(self) -> dict[str, str]:
        names = ("CACHE", "STATE", "CONFIG")
        return {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in names}

    def run(
        self, *args: str | Path, stdin: bytes = b"", **more: str
    ) -> subprocess.CompletedProcess[str]:
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        before = prints(self.tree)
        done = subprocess.run(
            [sys.executable, "-m", "vreview", *map(str, args)],
            input=stdin,
            capture_output=True,
            env={**os.environ, **self.homes(), "TMPDIR": str(temporary), **more},
            check=False,
        )
        assert prints(self.tree) == before
        assert list(temporary.iterdir()) == []
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in out + err
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def refused(self, *args: str | Path, says: str, status: int = 2, **more: str) -> str:
        """Runs it, which must end in one error that says ``says``; returns stderr."""
        done = self.run(*args, **more)
        assert done.returncode == status, done.stdout + done.stderr
        assert done.stdout == ""
        errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1
        assert re.search(says, done.stderr), done.stderr
        return done.stderr

    def runs(self) -> list[Path]:
        return sorted((self.folder / "state" / "vreview").glob("*/*"))

    def mail(self, name: str, *diffs: str) -> Path:
        """A mbox with a patch for each diff."""
        path, total = self.folder / name, len(diffs)
        path.write_text("".join(letter(n, total, diff) for n, diff in enumerate(diffs, start=1)))
        return path


def letter(n: int, total: int, diff: str, *, subject: str = "") -> str:
    subject = subject or f"[PATCH {n}/{total}] clock: change {n}"
    return (
        "From vreview Thu Jan  1 00:00:00 1970\nFrom: A Person <a@example.org>\n"
        f"Date: Mon, 1 Jan 2024 00:00:0{n} +0000\nSubject: {subject}\n"
        f"Message-ID: <{n}@example.org>\n"
        + (f"In-Reply-To: <{n - 1}@example.org>\n" if n > 1 else "")
        + f"\nWhy.\n\nSigned-off-by: A Person <a@example.org>\n---\n\n{diff}\n-- \n2.30\n\n"
    )


def new_file(path: str) -> str:
    return (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\nindex 000000000000..ce0136250307\n"
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+hello\n"
    )


LINK = (
    "diff --git a/out b/out\nnew file mode 120000\nindex 000000000000..1234567\n--- /dev/null\n"
    "+++ b/out\n@@ -0,0 +1 @@\n+/etc\n\\ No newline at end of file\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    kernel = {"Makefile": "VERSION = 6\n", "Kconfig": "# none\n", "kernel/Makefile": "\n"}
    tree = committed(tmp_path / "tree", {**kernel, FILE: TEXT})
    for name in ("a5", "a7"):
        file = tree / FILE
        file.write_text(file.read_text().replace(f"int {name};", f"long {name};"))
        git(tree, "commit", "-q", "-a", "-m", f"clock: make {name} long")
    good = tmp_path / "good.mbox"
    good.write_text(git(tree, "format-patch", "--stdout", "-2"))
    git(tree, "branch", "with-it")
    git(tree, "reset", "-q", "--hard", "HEAD~2")
    return Desk(tmp_path, tree, good)


def changed(desk: Desk, old: str, new: str) -> Path:
    path = desk.folder / "changed.mbox"
    text = desk.good.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


# What is no series.


def not_a_series(desk: Desk, what: str) -> Path:
    path = desk.folder / what
    if what == "folder":
        path.mkdir()
    elif what == "sparse":
        with open(path, "wb") as file:
            file.truncate(200 << 20)
    elif what == "archive":
        thread = desk.good.read_bytes()
        with open(path, "wb") as file:
            for _ in range((200 << 20) // (len(thread) * 1000) + 1):
                file.write(thread * 1000)
    elif what == "replies":
        said = [letter(n, 3, "> hm", subject="Re: [PATCH] clock: faster") for n in (1, 2, 3)]
        path.write_text("".join(said))
    else:
        data = {"empty": b"", "blank": b"\n\n", "binary": Path(sys.executable).read_bytes()[:90000]}
        path.write_bytes(data[what])
    return path


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("empty", "empty is empty"),
        ("blank", "blank is empty"),
        ("binary", "binary is a binary file"),
        ("replies", "none of the 3 mails carries a patch"),
        ("sparse", "sparse is larger than 64 MiB"),
        ("archive", "archive is larger than 64 MiB"),
        ("folder", "folder .*folder holds no mail"),
    ],
)
def test_what_is_no_series(desk: Desk, what: str, says: str) -> None:
    path = not_a_series(desk, what)
    for verb in VERBS if what == "empty" else ("review",):
        err = desk.refused(verb, "--tree", desk.tree, path, says=says)
    assert "hint: " in err
    assert desk.runs() == []


def test_a_name_that_is_nothing(desk: Desk) -> None:
    says = "no such file or folder; no mail with this message-id"
    err = desk.refused("review", "--tree", desk.tree, "x@example.org", says=says)
    assert "mirrors" in err.partition("hint: ")[2]
    desk.refused("lint", "--tree", desk.tree, "no..where", says="no git range in .*tree")
    says = "mirror /nonesuch does not exist"
    desk.refused("lint", "--no-tree", "-c", "mirrors=/nonesuch", "x@example.org", says=says)
    assert desk.runs() == []


def test_a_file_that_cannot_be_read(desk: Desk) -> None:
    """A file that the system will not read even to root."""
    says = "cannot read /proc/self/mem: Input/output error"
    desk.refused("lint", "--no-tree", "/proc/self/mem", says=says)


def test_standard_input_that_is_empty(desk: Desk) -> None:
    desk.refused("lint", "--no-tree", "-", says="standard input is empty")


# What would leave the tree.


@pytest.mark.parametrize(
    ("diffs", "says"),
    [
        ((new_file("../../etc/passwd"),), r"'a/\.\./\.\./etc/passwd' .*leaves the tree"),
        ((new_file(".git/hooks/x"),), "reaches into .git"),
        ((new_file("kernel/.GIT/config"),), "reaches into .git"),
        ((new_file("/etc/passwd"),), "'a//etc/passwd' .*is not a plain one"),
        ((LINK, new_file("out/passwd")), "symbolic link out of the tree, to '/etc'"),
    ],
)
def test_what_would_leave_the_tree(desk: Desk, diffs: tuple[str, ...], says: str) -> None:
    path = desk.mail("hostile.mbox", *diffs)
    for verb in VERBS if "passwd" in diffs[0] else ("apply",):
        err = desk.refused(verb, "--tree", desk.tree, path, says=says)
    assert f"[PATCH 1/{len(diffs)}] clock: change 1" in err
    assert desk.runs() == []


# What is no tree.


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        ("nonesuch", "there is no .*nonesuch"),
        ("folder", "folder is not in a git repository"),
        ("good.mbox", "good.mbox is not in a git repository"),
        ("unborn", "there is no commit 'HEAD'"),
    ],
)
def test_what_is_no_tree(desk: Desk, tree: str, says: str) -> None:
    (desk.folder / "folder").mkdir()
    (desk.folder / "unborn").mkdir()
    git(desk.folder / "unborn", "init", "-q")
    for verb in VERBS if tree == "folder" else ("review",):
        desk.refused(verb, "--tree", desk.folder / tree, desk.good, says=says)
    assert desk.runs() == []


@pytest.mark.parametrize("args", [("review", "good.mbox"), ("build", "HEAD"), ("boot", "HEAD")])
def test_a_repository_that_is_no_kernel(desk: Desk, args: tuple[str, str]) -> None:
    other = committed(desk.folder / "other", {"README": "hello\n"})
    name = desk.folder / args[1] if args[0] == "review" else args[1]
    says = "is no kernel tree: its HEAD has no Makefile, Kconfig, kernel/Makefile"
    desk.refused(args[0], "--tree", other, name, says=says)
    assert desk.runs() == []


@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_base(desk: Desk, verb: str) -> None:
    for base in ("nonesuch", "-x") if verb == "apply" else ("nonesuch",):
        says = f"there is no commit '{base}' in "
        desk.refused(verb, "--tree", desk.tree, f"--base={base}", desk.good, says=says)
    assert desk.runs() == []


@pytest.mark.parametrize("verb", ["build", "boot", "test", "perf"])
def test_an_unknown_revision(desk: Desk, verb: str) -> None:
    desk.refused(verb, "--tree", desk.tree, "nonesuch", says="there is no commit 'nonesuch'")
    assert desk.runs() == []


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("nonesuch", "there is no .*nonesuch"),
        ("good.mbox", "is neither a folder nor a .tar"),
        ("folder", "has no files to import"),
        ("broken.tar", "is not a tarball that can be read"),
    ],
)
def test_an_import_of_what_is_no_source(desk: Desk, source: str, says: str) -> None:
    (desk.folder / "folder").mkdir()
    (desk.folder / "broken.tar").write_bytes(b"not a tarball" * 1000)
    desk.refused("tree", "import", "-q", desk.folder / source, says=says)
    trees = desk.folder / "cache" / "vreview" / "trees"
    assert [p.name for p in trees.glob("*") if not p.name.endswith(".lock")] == []
    assert [p.name for p in trees.glob(".*") if p.is_dir()] == []


# What does not apply, or not as a whole.


def test_a_series_that_does_not_apply(desk: Desk) -> None:
    path = changed(desk, " int a6;", " int b6;")
    done = desk.run("apply", "--tree", desk.tree, path)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{FILE}: hunk 1 (@@ -3,7 +3,7 @@) does not fit" in done.stdout
    assert "int b6;" in done.stdout
    desk.refused("lint", "--tree", desk.tree, path, says=f"does not apply: {FILE}: hunk 1")
    done = desk.run("review", "-q", "--only", "lint", "--tree", desk.tree, path)
    assert done.returncode == 4
    assert "cannot tell" in done.stdout
    assert f"{FILE}: hunk 1" in done.stdout


def test_a_series_that_is_there_already(desk: Desk) -> None:
    done = desk.run("apply", "--tree", desk.tree, "--base", "with-it", desk.good)
    assert done.returncode == 1
    assert "already applied" in done.stdout
    desk.refused(
        "lint", "--tree", desk.tree, "--base", "with-it", desk.good, says="already applied"
    )


@pytest.mark.parametrize("tree", [True, False])
def test_a_damaged_diff_is_told_with_its_damage(desk: Desk, tree: bool) -> None:
    path = changed(desk, "-int a7;", "?int a7;")
    where = ("--tree", desk.tree) if tree else ("--no-tree",)
    damage = "neither space, + nor -: '?int a7;'"
    done = desk.run("lint", *where, path)
    assert done.returncode == 4
    assert damage in done.stdout
    if tree:
        assert damage in desk.run("apply", *where, path).stdout
        done = desk.run("review", "-q", "--only", "lint", *where, path)
        assert done.returncode == 4
        assert damage.split("'")[0].strip() in " ".join(done.stdout.split())


def test_an_incomplete_series(desk: Desk) -> None:
    part = desk.folder / "part.mbox"
    part.write_text(desk.good.read_text().split("\nFrom ")[0] + "\n")
    says = "these patches are missing: 2/2"
    desk.refused("review", "--tree", desk.tree, part, says=says)
    assert desk.runs() == []
    done = desk.run("apply", "--tree", desk.tree, part)
    assert done.returncode == 1
    assert "missing: patch 2" in done.stdout
    done = desk.run("lint", "--tree", desk.tree, part)
    assert done.returncode == 4
    assert "patch 2 is missing" in done.stdout


# Settings and words.


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 1", "there is no setting 'colour'"),
        ("[[[", "cannot read .*config.toml"),
        ("jobs = 'many'", "jobs must be a number"),
        ("accelerator = 'warp'", "there is no accelerator 'warp'"),
        ("rules_off = ['no/such']", "cannot turn off no/such"),
        ("\udcff", "cannot read .*config.toml"),
    ],
)
def test_a_config_that_says_what_it_may_not(desk: Desk, text: str, says: str) -> None:
    file = desk.folder / "config" / "vreview" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, errors="surrogateescape")
    desk.refused("lint", "--no-tree", desk.good, says=says)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("-c", "rules_off=no/such"), "cannot turn off no/such"),
        (("-c", "suites=nix"), "there is no suite 'nix'"),
        (("-c", "fragments=nix"), "there is no kernel fragment 'nix'"),
        (("-c", "nonsense"), "expected key=value"),
        (("--take", "7"), "there is no version 7"),
        (("--only", "nix"), "--only nix: there is no such stage"),
        (("--only", "lint", "--skip", "lint"), "leave no stage"),
        (("--format", "nix"), "'nix' is not one of"),
        (("--bogus",), "No such option: --bogus"),
    ],
)
def test_a_review_of_unknown_words_leaves_no_run(
    desk: Desk, args: tuple[str, ...], says: str
) -> None:
    desk.refused("review", "-q", "--tree", desk.tree, *args, desk.good, says=says)
    assert desk.runs() == []


def test_nothing_to_resume(desk: Desk) -> None:
    desk.refused("review", "--resume", says="no interrupted run in ")
    desk.refused("review", "--resume", "--run", "x", says="there is no run 'x'")
    desk.refused("review", says="expected a SERIES, or --resume")
    desk.refused("test", "--suite", "nix", "--tree", desk.tree, says="there is no suite 'nix'")


# A machine that lets us down.


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "full"
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder))
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        room = os.statvfs(folder)
        (folder / "fill").write_bytes(b"x" * (room.f_bavail * room.f_bsize))
        yield folder
    finally:
        subprocess.run(("umount", str(folder)), check=True)


def test_a_full_disk_below_the_state(desk: Desk, full_disk: Path) -> None:
    err = desk.refused(
        *("review", "-q", "--only", "lint", "--tree", desk.tree, desk.good),
        says="No space left on device",
        status=3,
        XDG_STATE_HOME=str(full_disk),
    )
    assert "hint: free some space" in err
    assert list((full_disk / "vreview").glob("runs/*")) == []


@pytest.mark.parametrize("args", [("build", "-q", "HEAD", "--tree"), ("tree", "import", "-q")])
def test_a_full_disk_below_the_cache(desk: Desk, full_disk: Path, args: tuple[str, ...]) -> None:
    err = desk.refused(
        *args,
        desk.tree,
        says="No space left|no space left",
        status=3,
        XDG_CACHE_HOME=str(full_disk),
    )
    assert "hint: free" in err
    assert list((full_disk / "vreview").glob("trees/*.new")) == []
    assert list((full_disk / "vreview").glob("trees/.*.new")) == []


@pytest.fixture
def few_tools(tmp_path: Path) -> Path:
    """A PATH with git and a shell and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("git", "sh", "env"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return folder


def test_no_qemu_and_no_compiler(desk: Desk, few_tools: Path) -> None:
    path = str(few_tools)
    for verb in ("boot", "test", "perf"):
        args = (verb, "-q", "--tree", desk.tree, "HEAD")
        err = desk.refused(*args, says="`qemu-system-x86_64` is not installed", status=3, PATH=path)
        assert "hint: vreview doctor --fix" in err
    assert desk.runs() == []
    says = "`(gcc|make)` is not installed; it is needed to build"
    desk.refused("build", "-q", "--tree", desk.tree, "HEAD", says=says, status=3, PATH=path)
    done = desk.run("lint", "--tree", desk.tree, desk.good, PATH=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_git(desk: Desk) -> None:
    says = "`git` is not installed; it is needed to read a kernel tree"
    for verb in VERBS:
        desk.refused(verb, "--tree", desk.tree, desk.good, says=says, status=3, PATH="/nonesuch")
    assert desk.run("lint", "--no-tree", desk.good, PATH="/nonesuch").returncode == 0


# Terminals and pipes.


def test_a_reader_that_goes_away_ends_nothing_badly(desk: Desk) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "vreview", "apply", "--tree", desk.tree, desk.good],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, **desk.homes()},
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_ascii_terminal_gets_every_word(desk: Desk) -> None:
    path = changed(desk, "Subject: [PATCH 1/2] clock: make", "Subject: [PATCH 1/2] clöck: m→ke")
    args = ("review", "-q", "--only", "lint", "--tree", desk.tree, path)
    wide = desk.run(*args, PYTHONIOENCODING="utf-8")
    for more in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}):
        narrow = desk.run(*args, **more)
        assert narrow.returncode == wide.returncode
        assert len(narrow.stdout.splitlines()) == len(wide.stdout.splitlines())
    assert "verdict" in narrow.stdout


def test_a_failing_machine_leaves_a_run_that_goes_on_as_asked(desk: Desk, few_tools: Path) -> None:
    """Unlike bad input: what was missing may be there at --resume, with the same settings."""
    path, says = str(few_tools), "`qemu-system-x86_64` is not installed"
    setting = "rules_off=errno/positive-errno"
    args = ("review", "-q", "-c", setting, "--tree", desk.tree, desk.good)
    desk.refused(*args, says=says, status=3, PATH=path)
    (run,) = desk.runs()
    assert json.loads((run / "run.json").read_text())["settings"] == [setting]
    desk.refused("review", "-q", "--resume", says=says, status=3, PATH=path)
    assert desk.runs() == [run]
