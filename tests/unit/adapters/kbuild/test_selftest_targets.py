# SPDX-License-Identifier: GPL-2.0-or-later
"""kselftest targets are built by make as a tree says, and nothing of this machine goes along."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from vreview.adapters.kbuild.make import Make
from vreview.adapters.kbuild.selftests import FOLDER, BuiltTarget, SelftestBuilder
from vreview.model.series import Oid

GOOD = """\
TESTS := $(OUTPUT)/prog
all: $(TESTS)
$(OUTPUT)/%: %.c
	cp $< $@
emit_tests:
	@echo "$(COLLECTION):prog"; echo "$(COLLECTION):run.sh"; echo "$(COLLECTION):../evil"
"""
STEALS = """\
all:
	rm -rf {build}/kselftest && ln -s {home} {build}/kselftest
emit_tests:
	@echo "$(COLLECTION):id"
"""


@dataclass
class Trees:
    """A checkout of ours in place of the slot's."""

    make: Make
    jobs: int = 1

    @contextlib.contextmanager
    def checked_out(self, _: object, __: object) -> Iterator[Make]:
        yield self.make


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    source, build = tmp_path / "source", tmp_path / "build"
    (source / FOLDER).mkdir(parents=True)
    build.mkdir()
    (source / "Makefile").write_text("headers:\n\t@true\n")
    return Trees(Make(source=source, build=build, lock=tmp_path / "lock", cc="gcc"))


def _target(trees: Trees, name: str, makefile: str) -> Path:
    place = trees.make.source / FOLDER / name
    place.mkdir()
    (place / "Makefile").write_text(makefile)
    return place


def _built(trees: Trees, tmp_path: Path, name: str) -> BuiltTarget:
    builder = SelftestBuilder(trees)  # type: ignore[arg-type]
    (one,) = builder.build(Oid("0" * 40), (name,), tmp_path / "out")
    return one


def test_what_make_builds_and_the_scripts_are_copied(trees: Trees, tmp_path: Path) -> None:
    place = _target(trees, "quux", GOOD)
    (place / "prog.c").write_text("int main;\n")
    (place / "run.sh").write_text("#!/bin/sh\n")
    (place / "settings").write_text("timeout=7\n")
    one = _built(trees, tmp_path, "quux")
    assert one == BuiltTarget("quux", ("prog", "run.sh"), frozenset({"prog", "run.sh"}), "", 7)
    assert (tmp_path / "out/quux/prog").stat().st_mode & 0o111


def test_what_does_not_build_says_why(trees: Trees, tmp_path: Path) -> None:
    _target(trees, "quux", "all:\n\t@echo 'quux.c:1: error: no'; false\nemit_tests:\n")
    assert _built(trees, tmp_path, "quux") == BuiltTarget(
        "quux", (), frozenset(), "quux.c:1: error: no"
    )
    assert _built(trees, tmp_path, "gone").why == "this tree has no such target"


def test_a_target_cannot_have_files_of_this_machine_copied(trees: Trees, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "quux").mkdir(parents=True)
    (home / "quux" / "id").write_text("secret")
    _target(trees, "quux", STEALS.format(build=trees.make.build, home=home))
    for _ in range(2):  # the link that it leaves is not followed the next time either
        one = _built(trees, tmp_path, "quux")
        assert (one.files, one.why) == (frozenset(), "a link leads out of its folder")
    assert (home / "quux" / "id").read_text() == "secret"
    assert not list(tmp_path.glob("out/**/id"))


def test_a_link_among_what_was_built_is_left_out(trees: Trees, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    makefile = (
        f"all:\n\tln -s {tmp_path}/secret $(OUTPUT)/id\nemit_tests:\n\t@echo $(COLLECTION):id\n"
    )
    _target(trees, "quux", makefile)
    assert _built(trees, tmp_path, "quux").files == frozenset()
