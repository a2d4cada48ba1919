# SPDX-License-Identifier: GPL-2.0-or-later
"""Line counts of a real program of gcc --coverage, read as a guest's are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from vreview.adapters.kbuild.gcov import COUNTERS, GcovReader, gcov_program, notes_of
from vreview.adapters.kbuild.store import NOTES
from vreview.model.kernel import Kernel, KernelConfig, KernelKey, Toolchain
from vreview.model.series import Oid

QUUX = """\
#include "half.h"
int quux(int n)
{
	if (n < 0)
		return -22;
	return half(n);
}
"""
HALF = "static inline int half(int n)\n{\n\treturn n / 2;\n}\n"
MAIN = "int quux(int n);\nint main(int argc, char **argv)\n{\n\treturn quux(argc + 7) != 4;\n}\n"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """drivers/q/quux.c, compiled with counters and run once: the .gcno and the .gcda."""
    folder = tmp_path / "build/drivers/q"
    source = tmp_path / "source/drivers/q"
    folder.mkdir(parents=True)
    source.mkdir(parents=True)
    for name, text in (("quux.c", QUUX), ("half.h", HALF), ("main.c", MAIN)):
        (source / name).write_text(text)
    cc = ("gcc", "-O0", "--coverage")
    subprocess.run((*cc, "-c", source / "quux.c", "-o", folder / "quux.o"), check=True)
    main = ("gcc", "--coverage", folder / "quux.o", source / "main.c", "-o", folder / "main")
    subprocess.run(main, check=True)
    subprocess.run((folder / "main",), check=True)
    return tmp_path / "build"


@pytest.fixture
def kernel(build: Path, tmp_path: Path) -> Kernel:
    home = tmp_path / "kernel"
    kept = home / NOTES / "drivers/q/quux.gcno"
    kept.parent.mkdir(parents=True)
    kept.write_bytes((build / "drivers/q/quux.gcno").read_bytes())
    key = KernelKey(Oid("0" * 40), "", "")
    config = KernelConfig("test", (), "")
    return Kernel(key, home / "bzImage", config, Toolchain("gcc", "", ""), "6.1.0")


@pytest.fixture
def sent(build: Path) -> tuple[str, bytes]:
    return f"{COUNTERS}/any/where/drivers/q/quux.gcda", (build / "drivers/q/quux.gcda").read_bytes()


def as_gcov_prints(build: Path, name: str) -> dict[int, int]:
    """The line counts of gcov's own annotated text: what a person would read."""
    subprocess.run(("gcov", "quux.gcda"), cwd=build / "drivers/q", check=True, capture_output=True)
    text = (build / "drivers/q" / f"{name}.gcov").read_text()
    rows = re.findall(r"^ *(\d+|#####): *(\d+):", text, re.MULTILINE)
    return {int(line): 0 if count == "#####" else int(count) for count, line in rows}


def test_the_counts_are_those_of_gcovs_text(
    kernel: Kernel, sent: tuple[str, bytes], build: Path
) -> None:
    counts, remarks = GcovReader().read(kernel, (sent,))
    assert remarks == ()
    found = {one.path: dict(one.lines) for one in counts}
    assert found == {
        "drivers/q/half.h": as_gcov_prints(build, "half.h"),
        "drivers/q/quux.c": as_gcov_prints(build, "quux.c"),
    }
    assert found["drivers/q/quux.c"] == {2: 1, 4: 1, 5: 0, 6: 1}
    assert [(f.name, f.count) for f in counts[1].functions] == [("quux", 1)]


def test_a_kernel_counts_when_it_was_kept_with_notes(kernel: Kernel, tmp_path: Path) -> None:
    assert GcovReader().counts(kernel)
    (tmp_path / "kernel" / NOTES).rename(tmp_path / "gone")
    assert not GcovReader().counts(kernel)


def test_files_of_others_say_nothing(kernel: Kernel, sent: tuple[str, bytes]) -> None:
    path, data = sent
    others = ((f"{COUNTERS}/reset", b""), (path.replace("quux", "other"), data))
    assert GcovReader().read(kernel, others) == ((), ())


@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda _: b"\xff" * 4096, lambda data: data[:8] + b"\0" * 4 + data[12:]],
    ids=["empty", "nonsense", "another build's"],
)
def test_what_is_no_count_of_this_kernel_never_counts_as_run(
    kernel: Kernel, sent: tuple[str, bytes], damage: object
) -> None:
    path, data = sent
    counts, remarks = GcovReader().read(kernel, ((path, damage(data)),))  # type: ignore[operator]
    assert all(count == 0 for one in counts for _, count in one.lines)
    assert counts or "cannot tell which lines of drivers/q/quux.c ran" in remarks[0]


def test_the_notes_of_the_objects_that_were_asked_for(build: Path) -> None:
    found = notes_of(build, ("V=1", "GCOV_PROFILE_quux.o=y"))
    assert found == {"drivers/q/quux.gcno": build / "drivers/q/quux.gcno"}
    assert notes_of(build, ("GCOV_PROFILE_other.o=y", "GCOV_PROFILE_quux.o=n")) == {}


@pytest.mark.parametrize(
    ("cc", "gcov"),
    [
        ("gcc", "gcov"),
        ("gcc-12", "gcov-12"),
        ("/opt/x/bin/aarch64-linux-gnu-gcc", "/opt/x/bin/aarch64-linux-gnu-gcov"),
        ("cc", "gcov"),
    ],
)
def test_gcov_is_the_compilers_own(cc: str, gcov: str) -> None:
    assert gcov_program(cc) == gcov
