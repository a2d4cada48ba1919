# SPDX-License-Identifier: GPL-2.0-or-later
"""What every tool's adapter keeps, whatever the tool does: one contract for all of them."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from vreview.adapters.customrules import CustomRules, load_custom
from vreview.adapters.tools.analyzer import Analyzer
from vreview.adapters.tools.checkpatch import Checkpatch
from vreview.adapters.tools.clangtidy import ClangTidy
from vreview.adapters.tools.coccinelle import Coccinelle
from vreview.adapters.tools.extrawarn import ExtraWarnings
from vreview.adapters.tools.kerneldoc import KernelDoc
from vreview.adapters.tools.smatch import Smatch
from vreview.adapters.tools.sparse import Sparse
from vreview.adapters.tools.treescripts import TreeScripts
from vreview.errors import (
    CommandFailed,
    CommandTimeout,
    HostileInput,
    OurFailure,
    ToolMissing,
)
from vreview.model.look import Look, Seen, Sight, Unit
from vreview.model.series import Oid
from vreview.ports import SecondEye

FILE = "drivers/demo/port.c"
TEXT = b"int f(void)\n{\n\treturn 1;\n}\n"
_COCCI = (
    "/// Flags a return.\n// Confidence: High\nvirtual report\n@r@ position p; @@\nreturn@p 1;\n"
)


@dataclass(frozen=True)
class World:
    """A tree with scripts, a built folder, and a folder of programs that is all of PATH."""

    folder: Path
    base: Oid

    @property
    def programs(self) -> Path:
        return self.folder / "bin"

    def program(self, name: str, does: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)

    def look(self, eye: SecondEye, file: str = FILE) -> Look:
        if eye.sight is Sight.PATCH:
            return Look("", b"From: A <a@example.org>\n\ndiff --git a/x b/x\n", self.base)
        unit = Unit((str(self.programs / "gcc"), "-DX"), self.folder / "build", self.source)
        return Look(file, TEXT, self.base, unit=unit if eye.sight is Sight.BUILD else None)

    @property
    def source(self) -> Path:
        return self.folder / "source"

    def files(self) -> set[Path]:
        return {path for path in self.folder.rglob("*") if "cache" not in path.parts}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    tree = tmp_path / "tree"
    (tree / "scripts" / "coccinelle" / "null").mkdir(parents=True)
    (tree / "scripts" / "checkpatch.pl").write_text("#!/usr/bin/perl\n")
    (tree / "scripts" / "kernel-doc").write_text("#!/usr/bin/env perl\n")
    for name in ("one", "two"):
        (tree / "scripts" / "coccinelle" / "null" / f"{name}.cocci").write_text(_COCCI)
    for argv in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "base")):
        subprocess.run(("git", *argv), cwd=tree, check=True)
    head = subprocess.run(
        ("git", "rev-parse", "HEAD"), cwd=tree, check=True, capture_output=True, text=True
    )
    for name in ("bin", "build", "source/drivers/demo", "private", "rule"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "source" / FILE).write_bytes(TEXT)
    (tmp_path / "rule" / "rule.cocci").write_text(_COCCI)
    for name in ("sh", "sleep", "cat", "head"):  # what the stand-ins themselves use
        (tmp_path / "bin" / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "private"))
    return World(tmp_path, Oid(head.stdout.strip()))


@dataclass(frozen=True)
class Kind:
    """How an adapter is made, the program that it runs, and a line with which that one flags
    line 3; ``{path}`` is the file as the program was given it."""

    program: str
    make: Callable[[World], SecondEye]
    flags: str


def _scripts(world: World) -> TreeScripts:
    return TreeScripts(world.folder / "tree", world.folder / "cache")


KINDS = {
    "checkpatch": Kind(
        "perl",
        lambda world: Checkpatch(_scripts(world)),
        "cat >/dev/null; echo '{path}:3: WARNING:SPACING: text'; exit 1",
    ),
    "coccinelle": Kind(
        "spatch", lambda world: Coccinelle(_scripts(world)), "echo '{path}:3:1-2: ERROR: text'"
    ),
    "custom rules": Kind(
        "spatch",
        lambda world: CustomRules((load_custom(world.folder / "rule", world.folder),) * 2),
        "echo '{path}:3:1-2: text'",
    ),
    "sparse": Kind("sparse", lambda _: Sparse(), "echo '{path}:3:9: warning: text' >&2"),
    "smatch": Kind("smatch", lambda _: Smatch(), "echo '{path}:3 f() warn: text'"),
    "fanalyzer": Kind(
        "gcc",
        lambda world: Analyzer(str(world.programs / "gcc")),
        "echo '{path}:3:9: warning: text [-Wanalyzer-null-dereference]' >&2",
    ),
    "W=1": Kind(
        "gcc",
        lambda world: ExtraWarnings(str(world.programs / "gcc")),
        "echo '{path}:3:9: warning: text [-Wmissing-prototypes]' >&2",
    ),
    "kernel-doc": Kind(
        "perl", lambda world: KernelDoc(_scripts(world)), "echo '{path}:3: warning: text' >&2"
    ),
    "clang-tidy": Kind(
        "clang-tidy", lambda _: ClangTidy(), "echo '{path}:3:9: warning: text [bugprone-x]'"
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def _last_argument(command: str) -> str:
    """A stand-in that speaks of the C file among its arguments."""
    return 'for a in "$@"; do case "$a" in *.c) p="$a";; esac; done\n' + command.replace(
        "{path}", "'\"$p\"'"
    )


def _runs(eye: SecondEye, world: World, *, deadline_s: float = 20.0, file: str = FILE) -> Seen:
    return eye.look(world.look(eye, file), deadline_s=deadline_s)


def test_it_names_itself_and_says_how_to_get_it(world: World, kind: Kind) -> None:
    eye = kind.make(world)
    assert KINDS[eye.name] is kind
    assert eye.install
    assert eye.deadline_s > 0


def test_what_the_tool_flags_is_an_observation_at_its_line(world: World, kind: Kind) -> None:
    eye = kind.make(world)
    patch = eye.sight is Sight.PATCH
    says = kind.flags.replace("{path}", FILE) if patch else _last_argument(kind.flags)
    world.program(kind.program, says)
    seen = _runs(eye, world).observations
    assert {(one.place.file, one.place.line) for one in seen} == {(FILE, 3)}
    assert all("text" in one.message for one in seen)


def test_a_tool_that_is_not_there_is_missing(world: World, kind: Kind) -> None:
    eye = kind.make(world)
    if eye.name == "custom rules":  # the rules of the other kind still run
        troubles = _runs(eye, world).troubles
        assert set(troubles) == {"rule needs spatch: apt-get install coccinelle"}
        return
    with pytest.raises(ToolMissing):
        _runs(eye, world)


def test_a_tool_that_hangs_is_stopped_at_its_deadline(world: World, kind: Kind) -> None:
    world.program(kind.program, "sleep 600")
    eye = kind.make(world)
    if kind.program == "spatch":  # a script of many: the others go on
        trouble, *_ = _runs(eye, world, deadline_s=0.3).troubles
        assert "did not end within" in trouble
        return
    with pytest.raises(CommandTimeout):
        _runs(eye, world, deadline_s=0.3)


@pytest.mark.parametrize("ends", ["kill -SEGV $$", "exit 77"])
def test_a_tool_that_crashes_is_our_failure_or_a_trouble(
    world: World, kind: Kind, ends: str
) -> None:
    world.program(kind.program, f"echo oops >&2; {ends}")
    eye = kind.make(world)
    if kind.program == "spatch":
        assert "failed" in _runs(eye, world).troubles[0]
        return
    with pytest.raises(CommandFailed, match="oops"):
        _runs(eye, world)


def test_a_tool_that_was_killed_is_not_run_again(world: World, kind: Kind) -> None:
    """What Ctrl-C does to it: the next script of many must not be started."""
    world.program(kind.program, f"echo once >>{world.folder}/ran; kill -KILL $$")
    with pytest.raises(CommandFailed):
        _runs(kind.make(world), world)
    assert (world.folder / "ran").read_text() == "once\n"


@pytest.mark.parametrize(
    "garbage",
    ["head -c 100000 /dev/urandom", "echo ':::: warning:'", "printf 'a.c:1:1: warning: \\033[1m'"],
)
def test_garbage_is_no_observation(world: World, kind: Kind, garbage: str) -> None:
    world.program(kind.program, f"{garbage}; {garbage} >&2; exit 0")
    assert _runs(kind.make(world), world).observations == ()


def test_what_it_says_of_another_file_is_not_believed(world: World, kind: Kind) -> None:
    eye = kind.make(world)
    if eye.sight is Sight.PATCH:
        pytest.skip("a patch has many files; in_patch() holds the names against it")
    world.program(kind.program, kind.flags.replace("{path}", "/etc/other.c"))
    assert _runs(eye, world).observations == ()


@pytest.mark.parametrize("path", ["../escaped.c", "/escaped.c", "a/../../escaped.c"])
def test_nothing_is_written_outside_its_own_folder(world: World, kind: Kind, path: str) -> None:
    world.program(kind.program, "exit 0")
    eye, before = kind.make(world), world.files()
    at = world.look(eye)
    hostile = replace(at, file=path if at.file else "", headers=((path, b"x"),))
    with contextlib.suppress(HostileInput, OurFailure):
        assert eye.look(hostile, deadline_s=20.0).observations == ()
    assert world.files() == before
    assert not Path("/escaped.c").exists()


def test_its_folder_is_gone_afterwards(world: World, kind: Kind) -> None:
    world.program(kind.program, "exit 0")
    _runs(kind.make(world), world)
    assert list((world.folder / "private").iterdir()) == []


def test_what_the_build_warns_of_anyway_is_not_told_twice(world: World) -> None:
    """gcc lists what its flags ask for; the fake one speaks of two warnings in any file."""
    world.program(
        "gcc",
        'case "$*" in *--help=warnings*) echo "  -Wunused-function   [enabled]";'
        ' echo "  -Wmissing-prototypes  [disabled]";'
        ' echo "  -Wunused-const-variable=<0,2>  0"; exit;; esac\n'
        + _last_argument(
            "echo '{path}:3:9: warning: text [-Wunused-function]' >&2;"
            " echo '{path}:4:9: warning: more [-Wmissing-prototypes]' >&2;"
            " echo '{path}:5:9: warning: most [-Wunused-const-variable=]' >&2"
        ),
    )
    eye = ExtraWarnings(str(world.programs / "gcc"))
    assert [one.rule for one in _runs(eye, world).observations] == [
        "W=1/missing-prototypes", "W=1/unused-const-variable",
    ]  # fmt: skip


def test_kernel_doc_is_run_by_what_its_first_line_names(world: World) -> None:
    script = world.folder / "tree" / "scripts" / "kernel-doc"
    script.write_text("#!/usr/bin/env python3\n")
    for argv in (("add", "-A"), ("commit", "-qm", "later")):
        subprocess.run(("/usr/bin/git", *argv), cwd=world.folder / "tree", check=True)
    world.program("python3", _last_argument("echo 'Warning: {path}:3 it is new text' >&2"))
    eye = KernelDoc(_scripts(world))
    head = subprocess.run(
        ("/usr/bin/git", "rev-parse", "HEAD"), cwd=world.folder / "tree", check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    later = replace(world.look(eye), base=Oid(head.stdout.strip()))
    assert [str(o.place) for o in eye.look(later, deadline_s=20).observations] == [f"{FILE}:3"]
