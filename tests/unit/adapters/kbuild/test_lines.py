# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of source for the frames of a stack: a real compiler and real binutils on a small tree."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from fake_kernel import commit, make_kernel

from vreview.adapters.kbuild.builder import KbuildBuilder
from vreview.adapters.kbuild.lines import SlotLines
from vreview.adapters.kbuild.units import SlotTrees
from vreview.model.kernel import Kernel, Recipe
from vreview.model.observation import Place
from vreview.model.series import Oid
from vreview.model.trial import Frame
from vreview.parse.objects import functions_of

_CALLER = """\
#include "own.h"
int low(int n);
int ring(int n)
{
	int first = own_size(n);
	return first + low(n);
}
"""
_INLINED = """\
static inline __attribute__((always_inline)) int own_size(int n)
{
	int *p = (int *)(long)n;
	return *p;
}
"""


class Quiet:
    def begin(self, what: str) -> None: ...
    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...
    def end(self, what: str, result: str) -> None: ...


@pytest.fixture
def built(tmp_path: Path) -> tuple[SlotLines, Kernel, Path]:
    fragments, tree = tmp_path / "kernel-configs", tmp_path / "tree"
    fragments.mkdir()
    (fragments / "common.config").write_text("CONFIG_OWN=y\n")
    (fragments / "test.config").write_text("CONFIG_CHECKS=y\n")
    make_kernel(tree)
    tip = Oid(commit(tree, {"drivers/own/ring.c": _CALLER, "include/own.h": _INLINED}))
    cache = tmp_path / "cache"
    builder = KbuildBuilder(tree=tree, cache=cache, fragments=fragments, jobs=1)
    done = builder.build(tip, recipe=Recipe(), touched=(), observer=Quiet())
    assert done.kernel is not None, done.log.read_text()
    lines = SlotLines(SlotTrees(tree, cache, jobs=1))
    (build,) = (cache / "slots").glob("*/build-test")
    return lines, done.kernel, build


def _ring(build: Path) -> tuple[int, int, int]:
    """Size of ring(), an address within the inlined function, the one behind the call to low()."""
    made = str(build / "drivers/own/ring.o")
    said = subprocess.run(("objdump", "-t", made), check=True, capture_output=True, text=True)
    whole = functions_of(said.stdout)["ring"]
    code = subprocess.run(
        ("objdump", "-d", "--no-show-raw-insn", made), check=True, capture_output=True, text=True
    ).stdout.splitlines()
    rows = [line.partition(":\t") for line in code if ":\t" in line]
    at = [int(left, 16) for left, _, _ in rows]
    call = next(n for n, (_, _, right) in enumerate(rows) if right.startswith("call"))
    load = next(n for n, (_, _, right) in enumerate(rows) if "(%rax),%eax" in right)
    return whole.size, at[load] - whole.value, at[call + 1] - whole.value


def test_a_fault_is_placed_in_the_function_that_was_inlined(
    built: tuple[SlotLines, Kernel, Path],
) -> None:
    lines, kernel, build = built
    size, load, after = _ring(build)
    fault, caller = Frame("ring", load, size + 8, exact=True), Frame("ring", after, size + 8)
    found = lines.places(kernel, (fault, caller))
    assert found[fault] == (
        Place("include/own.h", 4, "own_size"),
        Place("drivers/own/ring.c", 5, "ring"),
    )
    assert found[caller] == (Place("drivers/own/ring.c", 6, "ring"),), (
        "the line of the call, not after it"
    )


def test_code_of_another_length_and_unknown_functions_have_no_lines(
    built: tuple[SlotLines, Kernel, Path],
) -> None:
    lines, kernel, build = built
    size, load, _ = _ring(build)
    frames = (
        Frame("ring", load, size - 1, exact=True),
        Frame("ring", load, size + 200, exact=True),
        Frame("nowhere", 4, 16),
        Frame("ring", load, size, module="own", exact=True),
    )
    assert lines.places(kernel, frames) == {}


def test_a_name_that_two_files_define_is_not_guessed(
    built: tuple[SlotLines, Kernel, Path], tmp_path: Path
) -> None:
    lines, _, _ = built
    twice = "static int twice(int n)\n{\n\treturn n;\n}\nint (*%s)(int) = twice;\n"
    tip = Oid(
        commit(
            tmp_path / "tree",
            {"drivers/own/one.c": twice % "one", "drivers/own/two.c": twice % "two"},
        )
    )
    builder = KbuildBuilder(
        tree=tmp_path / "tree", cache=tmp_path / "cache", fragments=tmp_path / "kernel-configs"
    )
    kernel = builder.build(tip, recipe=Recipe(), touched=(), observer=Quiet()).kernel
    assert kernel is not None
    (build,) = (tmp_path / "cache/slots").glob("*/build-test")
    said = subprocess.run(
        ("objdump", "-t", build / "drivers/own/one.o"), check=True, capture_output=True, text=True
    )
    frame = Frame("twice", 4, functions_of(said.stdout)["twice"].size, exact=True)
    assert lines.places(kernel, (frame,)) == {}
