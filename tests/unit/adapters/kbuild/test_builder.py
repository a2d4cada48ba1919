# SPDX-License-Identifier: GPL-2.0-or-later
"""The builder's contract on a fake kernel: real git, real make, real compiler, four files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from fake_kernel import FILES, commit, git, make_kernel

from vreview.adapters.kbuild.builder import KbuildBuilder
from vreview.adapters.kbuild.slots import compiled_by
from vreview.errors import ConfigError, StorageFailed, ToolMissing, TreeError
from vreview.model.kernel import Recipe
from vreview.model.observation import Severity
from vreview.model.series import Oid
from vreview.model.trial import BuildState, Built

_ALLNOCONFIG = "allnoconfig:\n\t@cp $(KCONFIG_ALLCONFIG) $(O)/.config\n"
_OTHER_WARNS_TWICE = (
    '#include "low.h"\nint other(int n)\n{\n\tint spare;\n\tint more;\n\treturn n;\n}\n'
)


@dataclass
class Watcher:
    """An observer that remembers."""

    seen: list[str] = field(default_factory=list)

    def begin(self, what: str) -> None:
        self.seen.append(f"begin {what}")

    def advance(self, done: int, total: int | None, detail: str = "") -> None:
        self.seen.append(detail)

    def end(self, what: str, result: str) -> None:
        self.seen.append(f"end {result}")


@dataclass
class World:
    """A tree, its first commit, and a builder with a cache of its own."""

    tree: Path
    base: str
    builder: KbuildBuilder
    watcher: Watcher

    def build(self, revision: str, *touched: str, profile: str = "test") -> Built:
        return self.builder.build(
            Oid(revision), recipe=Recipe(profile), touched=touched, observer=self.watcher
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    fragments = tmp_path / "kernel-configs"
    fragments.mkdir()
    (fragments / "common.config").write_text("CONFIG_OWN=y\n")
    (fragments / "test.config").write_text("CONFIG_LOST=y\nCONFIG_CHECKS=y\n")
    (fragments / "perf.config").write_text("# CONFIG_CHECKS is not set\n")
    tree = tmp_path / "tree"
    base = make_kernel(tree)
    builder = KbuildBuilder(tree=tree, cache=tmp_path / "cache", fragments=fragments, jobs=2)
    return World(tree, base, builder, Watcher())


def _compiled_by(built: Built) -> list[str]:
    lines = built.log.read_text().splitlines()
    return sorted(line.split()[1] for line in lines if line.startswith("  CC "))


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_commit_becomes_a_kernel_in_the_store(world: World) -> None:
    built = world.build(world.base)
    assert built.state is BuildState.BUILT
    assert built.kernel is not None
    assert built.kernel.image.is_file()
    assert built.kernel.release == "6.1.0-own"
    for name in ("System.map", "config", "build.log", "compiled.txt", "meta.json"):
        assert (built.kernel.folder / name).is_file()
    assert world.watcher.seen[-1] == "end built"


def test_a_kernel_in_the_store_is_not_built_again(world: World) -> None:
    first = world.build(world.base)
    world.watcher.seen.clear()
    again = world.build(world.base)
    assert (again.from_store, again.kernel) == (True, first.kernel)
    assert again.observations == first.observations
    assert world.watcher.seen == []


def test_the_same_tree_in_another_commit_is_the_same_kernel(world: World) -> None:
    first = world.build(world.base)
    again = world.build(commit(world.tree, {}))
    assert (again.from_store, again.kernel) == (True, first.kernel)


def test_profiles_are_different_kernels(world: World) -> None:
    test, perf = world.build(world.base), world.build(world.base, profile="perf")
    assert test.kernel is not None
    assert perf.kernel is not None
    assert test.kernel.image != perf.kernel.image


def test_a_dropped_option_is_named(world: World) -> None:
    built = world.build(world.base)
    assert built.kernel is not None
    (dropped,) = built.kernel.config.dropped
    assert (dropped.symbol, dropped.asked, dropped.got) == ("LOST", "y", "n")
    assert dropped.fragment == "test"
    assert dropped.why == "this tree has no such option"


def test_touched_files_are_compiled_or_have_a_reason(world: World) -> None:
    built = world.build(
        world.base,
        "drivers/own/ring.c",
        "include/own.h",
        "include/unused.h",
        "net/lost/lost.c",
        "arch/arm/own.c",
        "gone.c",
        "drivers/own/Makefile",
    )
    assert built.compiled == ("drivers/own/ring.c", "include/own.h")
    assert dict(built.not_compiled) == {
        "include/unused.h": "no compiled file includes it",
        "net/lost/lost.c": "CONFIG_LOST is not set",
        "arch/arm/own.c": "this kernel is for x86",
        "gone.c": "it is not in this tree",
    }


def test_the_tip_recompiles_what_the_series_touches_and_back_again(world: World) -> None:
    world.build(world.base)
    tip = commit(world.tree, {"include/own.h": "static inline int own_size(int n) { return 2; }\n"})
    assert _compiled_by(world.build(tip)) == ["drivers/own/ring.o"]
    further = commit(
        world.tree,
        {
            "include/own.h": "static inline int own_size(int n) { return n; }\n",
            "drivers/own/new.c": "int fresh;\n",
        },
    )
    assert _compiled_by(world.build(further)) == ["drivers/own/new.o", "drivers/own/ring.o"]


def test_warnings_of_files_that_were_not_recompiled_stay(world: World) -> None:
    base = world.build(world.base)
    assert [o.message for o in base.observations] == ["unused variable 'spare'"]
    tip = world.build(commit(world.tree, {"drivers/own/ring.c": "int ring(int n)\n{\n\n}\n"}))
    assert _compiled_by(tip) == ["drivers/own/ring.o"]
    assert sorted(o.rule for o in tip.observations) == ["return-type", "unused-variable"]
    assert {o.fingerprint for o in base.observations} < {o.fingerprint for o in tip.observations}


def test_warnings_of_a_recompiled_or_removed_file_are_its_new_ones(world: World) -> None:
    world.build(world.base)
    twice = world.build(commit(world.tree, {"drivers/own/other.c": _OTHER_WARNS_TWICE}))
    assert len(twice.observations) == 2
    gone = world.build(commit(world.tree, {"drivers/own/other.c": None}))
    assert gone.observations == ()


def test_a_kernel_that_does_not_compile_is_a_value_with_the_place(world: World) -> None:
    world.build(world.base)
    broken = commit(world.tree, {"drivers/own/ring.c": "int ring(int n)\n{\n\treturn lost;\n}\n"})
    built = world.build(broken)
    assert (built.state, built.kernel) == (BuildState.FAILED, None)
    error = built.observations[0]
    assert str(error.place) == "drivers/own/ring.c:3"
    assert error.place.function == "ring"
    assert "lost" in built.log.read_text()
    assert world.build(world.base).state is BuildState.BUILT


def test_what_does_not_compile_hides_neither_other_errors_nor_warnings(world: World) -> None:
    world.build(world.base)
    broken = commit(
        world.tree,
        {
            "drivers/own/ring.c": "int ring(int n)\n{\n\treturn lost;\n}\n",
            "drivers/own/a.c": "int a(void)\n{\n\treturn gone;\n}\n",
            "drivers/own/warns.c": "int warns(void)\n{\n}\n",
        },
    )
    seen = {(o.place.file, o.rule) for o in world.build(broken).observations}
    assert seen == {
        ("drivers/own/ring.c", "error"),
        ("drivers/own/a.c", "error"),
        ("drivers/own/warns.c", "return-type"),
        ("drivers/own/other.c", "unused-variable"),  # made for the base, and still current
    }


def test_a_failed_build_knows_nothing_of_what_it_did_not_come_to(world: World) -> None:
    world.build(world.base)
    fails_first = FILES["Makefile"].replace("$(O)/vmlinux: $(objects)", "$(O)/vmlinux: never")
    changed = FILES["drivers/own/other.c"].replace("spare", "other_spare")
    broken = commit(
        world.tree,
        {"Makefile": f"{fails_first}\nnever:\n\t@false\n", "drivers/own/other.c": changed},
    )
    built = world.build(broken)
    assert built.state is BuildState.FAILED
    assert [o.severity for o in built.observations] == [Severity.ERROR]


def test_a_kconfig_that_does_not_parse_is_a_failed_build(world: World) -> None:
    built = world.build(commit(world.tree, {"Kconfig.broken": ""}))
    assert built.state is BuildState.FAILED
    assert [(o.tool, str(o.place)) for o in built.observations] == [
        ("kconfig", "drivers/own/Kconfig:3")
    ]


def test_a_build_without_an_end_is_cut_at_its_deadline(world: World) -> None:
    world.builder = replace(world.builder, deadline_s=1.0)
    makefile = f"{_ALLNOCONFIG}bzImage:\n\t@sleep 100\n"
    built = world.build(commit(world.tree, {"Makefile": makefile}))
    assert (built.state, built.kernel) == (BuildState.TIMED_OUT, None)
    assert len(built.observations) == 1


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("cc1: fatal error: x.o: No space left on device", StorageFailed),
        ("/bin/sh: 1: flex: not found", ToolMissing),
    ],
)
def test_what_the_machine_lacks_is_not_the_kernel_s_fault(
    world: World, words: str, error: type[Exception]
) -> None:
    makefile = f"{_ALLNOCONFIG}bzImage:\n\t@echo '{words}'; exit 1\n"
    broken = commit(world.tree, {"Makefile": makefile})
    with pytest.raises(error):
        world.build(broken)
    assert world.build(world.base).state is BuildState.BUILT


def test_the_user_s_repository_is_only_read(world: World) -> None:
    (world.tree / "uncommitted").write_text("mine\n")
    hooks = world.tree / ".git" / "hooks"
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        hooks.joinpath(name).write_text(f"#!/bin/sh\necho ran > {world.tree}/hook-ran\n")
        hooks.joinpath(name).chmod(0o755)
    before = _snapshot(world.tree)
    world.build(world.base)
    assert _snapshot(world.tree) == before


def test_a_caller_s_git_and_make_variables_do_not_reach_the_build(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", str(world.tree / "foreign-index"))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("MAKEFLAGS", "n")
    monkeypatch.setenv("CC", "/nowhere/cc")
    assert world.build(world.base).state is BuildState.BUILT
    assert not (world.tree / "foreign-index").exists()


def test_a_damaged_store_entry_does_not_count(world: World) -> None:
    first = world.build(world.base)
    assert first.kernel is not None
    first.kernel.image.write_bytes(b"half")
    again = world.build(world.base)
    assert not again.from_store
    assert first.kernel.image.stat().st_size > 4


def test_files_that_a_killed_checkout_left_are_gone(world: World) -> None:
    world.build(world.base)
    (slot,) = (world.builder.cache / "slots").iterdir()
    (slot / "source" / "drivers" / "own" / "left.c").write_text("int left_over;\n")
    (slot / "source" / "drivers" / "own" / "ring.c").write_text("half")
    (slot / "git" / "index.lock").write_text("")
    (slot / "in-use").write_text("")
    tip = commit(world.tree, {"include/own.h": "static inline int own_size(int n) { return 3; }\n"})
    built = world.build(tip)
    assert built.state is BuildState.BUILT
    assert b"left_over" not in built.kernel.image.read_bytes() if built.kernel else False


def test_a_build_killed_in_the_middle_is_finished_by_the_next(world: World) -> None:
    gate = world.tree.parent / "gate"
    os.mkfifo(gate)
    # The first compile says that it has begun, leaves half an object, and waits to be killed.
    stuck = commit(
        world.tree,
        {
            "Makefile": (world.tree / "Makefile")
            .read_text()
            .replace(
                '\t@echo "  CC      $*.o"\n',
                '\t@echo "  CC      $*.o"\n'
                f"\t@if [ -p {gate} ]; then echo half > $@; echo > {gate}; sleep 100; fi\n",
            )
        },
    )
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from vreview.adapters.kbuild.builder import KbuildBuilder\n"
        "from test_builder import Watcher\n"
        "from vreview.model.kernel import Recipe\n"
        "tree, cache, fragments, commit = sys.argv[1:]\n"
        "KbuildBuilder(tree=Path(tree), cache=Path(cache), fragments=Path(fragments), jobs=1)"
        ".build(commit, recipe=Recipe('test'), touched=(), observer=Watcher())\n"
    )
    arguments = (str(world.tree), str(world.builder.cache), str(world.builder.fragments), stuck)
    with subprocess.Popen(
        (sys.executable, "-c", program, *arguments),
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(Path(__file__).parent), *sys.path))},
    ) as child:
        assert gate.read_text() == "\n"
        child.send_signal(signal.SIGKILL)
    gate.unlink()
    # What make started lives on for as long as it likes; here until its sleep is cut.
    _end_orphans(world.builder.cache)
    built = world.build(stuck)
    assert built.state is BuildState.BUILT
    assert _compiled_by(built) == ["drivers/own/other.o", "drivers/own/ring.o"]
    assert [o.message for o in built.observations] == ["unused variable 'spare'"]


def _end_orphans(cache: Path) -> None:
    """Ends the processes that still hold the make lock of the only slot."""
    (slot,) = (cache / "slots").iterdir()
    lock = (slot / "make.lock").stat()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            held = [fd.stat() for fd in (entry / "fd").iterdir()]
        except OSError:
            continue
        if any((h.st_dev, h.st_ino) == (lock.st_dev, lock.st_ino) for h in held):
            os.kill(int(entry.name), signal.SIGKILL)


def test_a_folder_that_is_no_repository_is_named(world: World, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    world.builder = replace(world.builder, tree=plain)
    with pytest.raises(TreeError, match="plain is not a git repository"):
        world.build(world.base)


def test_a_commit_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(TreeError, match="no commit 1234"):
        world.build("1234" * 10)


def test_an_unknown_fragment_is_named_with_the_known(world: World) -> None:
    with pytest.raises(ConfigError, match="no kernel fragment 'nope'"):
        world.build(world.base, profile="nope")


def test_a_linked_worktree_has_its_repository_s_slot(world: World, tmp_path: Path) -> None:
    world.build(world.base)
    git(world.tree, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    world.builder = replace(world.builder, tree=tmp_path / "linked")
    assert world.build(world.base).from_store
    assert len(list((world.builder.cache / "slots").iterdir())) == 1


@pytest.mark.parametrize(
    ("cc", "name"),
    [("gcc", "test"), ("/usr/bin/gcc", "test"), ("/opt/clang-19", "test-clang-19")],
)
def test_another_compiler_leaves_gcc_s_objects_alone(cc: str, name: str) -> None:
    assert compiled_by(cc, "test") == name
