# SPDX-License-Identifier: GPL-2.0-or-later
"""The index answers for a tree's functions by name, reads a blob once, and can be stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pygit2
import pytest

from vreview.adapters.index import pool, reader, version
from vreview.adapters.index.builder import TreeIndex
from vreview.adapters.index.library import IndexLibrary
from vreview.adapters.index.store import Read
from vreview.adapters.reporters.progress import QuietObserver
from vreview.errors import StorageFailed
from vreview.model.series import Oid

WAITS = "int {name}(struct port *port)\n{{\n\tmsleep(1);\n\treturn -EBUSY;\n}}\n"
KNOWN = {"sleepers": {"calls": ["msleep"]}, "errno": {"names": ["EBUSY"]}}
Files = dict[str, str]


class World:
    """A repository of trees, and an index beside it."""

    def __init__(self, folder: Path) -> None:
        self.repo = pygit2.init_repository(str(folder / "repo.git"), bare=True)
        self.folder = folder
        self.index = self.other({})

    def other(self, more: dict[str, dict[str, object]]) -> TreeIndex:
        return TreeIndex(
            self.folder / "index",
            Path(self.repo.path),
            {**KNOWN, **more},
            wanted=lambda path: path.endswith((".c", ".h")),
        )

    def tree(self, files: Files) -> Oid:
        top: dict[str, Files] = {}
        builder_ = self.repo.TreeBuilder()
        for path, text in files.items():
            folder, slash, rest = path.partition("/")
            if slash:
                top.setdefault(folder, {})[rest] = text
            else:
                blob = self.repo.create_blob(text.encode())
                builder_.insert(path, blob, pygit2.enums.FileMode.BLOB)
        for folder, inner in top.items():
            builder_.insert(folder, self.tree(inner), pygit2.enums.FileMode.TREE)
        return Oid(str(builder_.write()))

    def build(self, files: Files) -> tuple[Oid, int]:
        tree = self.tree(files)
        return tree, self.index.build(tree, jobs=1, observer=QuietObserver()).read

    def library(self, files: Files, *hidden: str) -> IndexLibrary:
        tree, _ = self.build(files)
        library = self.index.library(tree, hidden=frozenset(hidden))
        assert library is not None
        return library


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def where(library: IndexLibrary, name: str) -> str | None:
    found = library.function(name)
    return found.path if found is not None else None


def test_a_function_is_found_with_its_facts(world: World) -> None:
    found = world.library({"drivers/port.c": WAITS.format(name="port_stop")}).function("port_stop")
    assert found is not None
    assert (found.path, found.first, found.errnos) == ("drivers/port.c", 1, {"EBUSY"})
    assert [(fact.call, fact.line) for fact in found.sleeps] == [("msleep", 3)]


def test_what_is_nowhere_is_not_known(world: World) -> None:
    assert world.library({"a.c": WAITS.format(name="port_stop")}).function("port_go") is None


def test_a_tree_that_was_not_indexed_has_no_library(world: World) -> None:
    world.build({"a.c": "int a;\n"})
    other = world.tree({"a.c": "int b;\n"})
    assert world.index.library(other, hidden=frozenset()) is None


def test_without_an_index_there_is_no_library(world: World) -> None:
    assert world.index.library(world.tree({"a.c": ""}), hidden=frozenset()) is None


def test_files_that_a_series_changes_are_not_told(world: World) -> None:
    files = {"a.c": WAITS.format(name="port_stop"), "b.c": WAITS.format(name="port_go")}
    library = world.library(files, "a.c")
    assert (where(library, "port_stop"), where(library, "port_go")) == (None, "b.c")


@pytest.mark.parametrize(
    ("paths", "chosen"),
    [
        (("drivers/a.c", "drivers/b.c"), None),
        (("arch/arm64/mm.c", "arch/x86/mm.c"), "arch/x86/mm.c"),
        (("arch/arm64/mm.c", "arch/riscv/mm.c"), None),
        (("arch/x86/mm.c", "mm/generic.c"), "mm/generic.c"),
        (("include/linux/port.h", "drivers/port.c"), "drivers/port.c"),
        (("include/linux/port.h",), "include/linux/port.h"),
    ],
)
def test_which_of_several_definitions_counts(
    world: World, paths: tuple[str, ...], chosen: str | None
) -> None:
    body = WAITS.format(name="port_stop")
    files = {
        path: ("static inline " if path.endswith(".h") else f"/* {path} */\n") + body
        for path in paths
    }
    assert where(world.library(files), "port_stop") == chosen


def test_callbacks_are_found_by_the_function(world: World) -> None:
    world.index = world.other(
        {"callbacks": {"slot": [{"struct": "port_ops", "members": ["poll"],
                                 "context": "atomic", "kind": "port"}]}}
    )  # fmt: skip
    text = "int port_poll(void) { return 0; }\nstruct port_ops ops = {\n\t.poll = port_poll,\n};\n"
    (callback,) = world.library({"drivers/port.c": text}).callbacks("port_poll")
    assert (callback.path, callback.kind, callback.context) == ("drivers/port.c", "port", "atomic")


def test_a_second_tree_costs_its_difference_only(world: World) -> None:
    files = {f"f{n}.c": WAITS.format(name=f"port_{n}") for n in range(5)}
    assert world.build(files)[1] == 5
    changed = {**files, "f1.c": WAITS.format(name="port_one"), "new.c": WAITS.format(name="port_9")}
    del changed["f2.c"]
    assert world.build(changed)[1] == 2
    after = world.library(changed)
    assert [where(after, f"port_{n}") for n in (0, 1, 2, 9)] == ["f0.c", None, None, "new.c"]
    assert where(after, "port_one") == "f1.c"
    before = world.library(files)
    assert [where(before, f"port_{n}") for n in (0, 1, 2, 9)] == ["f0.c", "f1.c", "f2.c", None]


def test_a_moved_file_is_told_at_its_new_place(world: World) -> None:
    text = WAITS.format(name="port_stop")
    world.build({"old.c": text, "other.c": "int x;\n"})
    assert world.build({"new.c": text, "other.c": "int x;\n"})[1] == 0
    assert where(world.library({"new.c": text, "other.c": "int x;\n"}), "port_stop") == "new.c"


def test_a_stopped_build_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"f{n}.c": WAITS.format(name=f"port_{n}") for n in range(40)}
    monkeypatch.setattr(pool, "in_processes", _stopped_after(25))
    with pytest.raises(KeyboardInterrupt):
        world.build(files)
    assert world.index.library(world.tree(files), hidden=frozenset()) is None
    monkeypatch.undo()
    assert world.build(files)[1] == 15
    assert where(world.library(files), "port_39") == "f39.c"


def _stopped_after(count: int) -> Callable[..., Iterator[list[Read]]]:
    def work(
        task: Callable[[Sequence[tuple[str, bytes]]], list[Read]],
        batches: Sequence[Sequence[tuple[str, bytes]]],
        *,
        jobs: int,
        start: object,
        given: tuple[str, dict[str, dict[str, object]]],
    ) -> Iterator[list[Read]]:
        reader.opened(*given)
        yield task([file for batch in batches for file in batch][:count])
        raise KeyboardInterrupt

    return work


def test_several_processes_find_what_one_finds(world: World) -> None:
    files = {f"f{n}.c": WAITS.format(name=f"port_{n}") for n in range(70)}
    tree = world.tree(files)
    assert world.index.build(tree, jobs=2, observer=QuietObserver()).read == 70
    library = world.index.library(tree, hidden=frozenset())
    assert library is not None
    assert [where(library, f"port_{n}") for n in (0, 69)] == ["f0.c", "f69.c"]


def test_other_knowledge_is_another_index(world: World) -> None:
    files = {"a.c": WAITS.format(name="port_stop")}
    world.build(files)
    first = world.index.path
    world.index = world.other({"waiters": {}})
    assert world.build(files)[1] == 1
    assert world.index.path != first
    assert not first.exists()


def test_a_damaged_index_is_told_with_what_to_do(world: World) -> None:
    tree, _ = world.build({"a.c": "int a;\n"})
    world.index.path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageFailed, match=r"cannot .* the index") as told:
        world.index.library(tree, hidden=frozenset())
    assert "rm" in told.value.hint


def test_the_version_covers_whatever_a_summary_is_made_by() -> None:
    folder = Path(version.analysis.__path__[0])
    named = set(version.READERS)
    for name in version.READERS:
        for line in (folder / f"{name}.py").read_text().splitlines():
            if line.startswith("from vreview.analysis."):
                named.add(line.split()[1].rsplit(".", 1)[-1])
    assert named - set(version.READERS) <= {"hit", "endings", "locks"}


def test_readers_die_with_the_build(world: World, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from vreview.adapters.index.pool import in_processes\n"
        "from vreview.adapters.index.reader import start\n"
        "from test_tree_index import note_and_wait\n"
        "if __name__ == '__main__':\n"
        "    for _ in in_processes(note_and_wait, [[sys.argv[1]]], jobs=1, start=start,"
        " given=(sys.argv[2], {})):\n"
        "        pass\n"
    )
    place = tmp_path / "build.py"
    place.write_text(script)
    note = tmp_path / "reader"
    os.mkfifo(note)
    paths = os.pathsep.join((str(Path(__file__).parent), *sys.path))
    build = subprocess.Popen(
        (sys.executable, str(place), str(note), world.repo.path),
        env={**os.environ, "PYTHONPATH": paths},
    )
    with note.open() as told:
        assert told.readline().strip().isdigit()
        build.kill()
        build.wait()
        assert told.read() == ""  # the other end is closed: its process is gone


def note_and_wait(files: Sequence[str]) -> None:
    with open(files[0], "w") as out:
        print(os.getpid(), file=out, flush=True)
        signal.pause()
