# SPDX-License-Identifier: GPL-2.0-or-later
"""Line counts of a kernel's boot: its .gcno files from the build, the guest's .gcda, gcov's words.

The .gcno of the files that a recipe counts are kept beside the kernel when it is built. What a
guest sends is hostile: gcov reads it in a folder of its own, within bounds of time and memory, and
its JSON is read by ``parse.gcov``. Knows GCC's format; a kernel built by clang gives no counts.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from vreview.adapters.confine import UNCONFINED, Confinement, Reach, run_in
from vreview.adapters.files import storage_failed, write_whole
from vreview.adapters.kbuild.store import NOTES
from vreview.adapters.leftovers import scratch
from vreview.errors import CommandFailed, CommandTimeout, OurFailure, ToolMissing
from vreview.model.coverage import FileCounts
from vreview.model.kernel import Kernel
from vreview.parse.gcov import merged, parse_gcov

COUNTERS = "/sys/kernel/debug/gcov"
"""Where a kernel that counts has its .gcda files, each under the whole path of its object."""

_DEADLINE_S = 60.0
_MEMORY_BYTES = 2 << 30
_PROFILED = re.compile(r"GCOV_PROFILE_(?P<stem>[\w.+,-]+)\.o=y")
_GCC = re.compile(r"^(?P<before>.*?)gcc(?P<version>-[\d.]+)?$")


def notes_of(build: Path, variables: Iterable[str]) -> dict[str, Path]:
    """The .gcno files in an O= folder of the objects that ``variables`` have counted, by their
    paths in it."""
    stems = {found["stem"] for v in variables if (found := _PROFILED.fullmatch(v))}
    if not stems:
        return {}
    return {
        str(path.relative_to(build)): path
        for path in sorted(build.rglob("*.gcno"))
        if path.stem in stems
    }


@dataclass(frozen=True, slots=True)
class GcovReader:
    """ports.LineCounter. What it reads comes from a guest, and gcov runs in ``confinement``."""

    confinement: Confinement = UNCONFINED
    folder: str = COUNTERS

    def counts(self, kernel: Kernel) -> bool:
        """Whether it was built with files to count."""
        return (kernel.folder / NOTES).is_dir()

    def read(
        self, kernel: Kernel, files: Sequence[tuple[str, bytes]]
    ) -> tuple[tuple[FileCounts, ...], tuple[str, ...]]:
        """The counts by source file, and a sentence for each object that gave none.

        ``files`` are the guest's: of those that are no .gcda of this kernel nothing is said.
        Raises StorageFailed.
        """
        counted: dict[str, FileCounts] = {}
        remarks: list[str] = []
        for name, notes, counters in _pairs(kernel.folder / NOTES, files):
            try:
                cc = kernel.toolchain.cc
                found = tuple(_decoded(name, notes, counters, cc=cc, within=self.confinement))
            except (CommandFailed, CommandTimeout, ToolMissing) as err:
                remarks.append(f"cannot tell which lines of {name}.c ran: {_short(err)}")
                continue
            for one in found:
                before = counted.get(one.path)
                counted[one.path] = merged(before, one) if before else one
        return tuple(counted[path] for path in sorted(counted)), tuple(remarks)


def gcov_program(cc: str) -> str:
    """The gcov of a compiler: gcc's own version reads what it wrote ("gcc-12": "gcov-12")."""
    found = _GCC.match(cc)
    return f"{found['before']}gcov{found['version'] or ''}" if found else "gcov"


def _pairs(notes: Path, files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, Path, bytes]]:
    """Objects by their path without an ending, with their notes and their counters."""
    known = {
        str(path.relative_to(notes).with_suffix("")): path for path in sorted(notes.rglob("*.gcno"))
    }
    for where, counters in files:
        if not where.endswith(".gcda"):
            continue
        path = PurePosixPath(where).with_suffix("")
        for depth in range(1, len(path.parts)):
            name = "/".join(path.parts[depth:])
            if name in known:
                yield name, known[name], counters
                break


def _decoded(
    name: str, notes: Path, counters: bytes, *, cc: str, within: Confinement
) -> Iterator[FileCounts]:
    """gcov's counts with paths from the top of the source."""
    stem = PurePosixPath(name).name
    with scratch("gcov") as place:
        try:
            shutil.copyfile(notes, place / f"{stem}.gcno")
        except OSError as err:
            raise storage_failed("write line counts to", place, err) from err
        write_whole(place / f"{stem}.gcda", counters)
        argv = (
            *("prlimit", f"--as={_MEMORY_BYTES}", "--core=0", "--"),
            *(gcov_program(cc), "--json-format", "--stdout", f"{stem}.gcda"),
        )
        done = run_in(
            within,
            argv,
            reach=Reach(writable=(place,), cwd=place),
            env={"LC_ALL": "C"},
            deadline_s=_DEADLINE_S,
            apart=True,
            needed_for="read which lines ran",
        )
    found = parse_gcov(done.text)
    own = next((f.path for f in found if f.path.endswith(f"{name}.c")), None)
    if own is None:
        raise CommandFailed(argv, 0, output="gcov said nothing about the file itself")
    top = own.removesuffix(f"{name}.c")
    for one in found:
        path = one.path.removeprefix(top) if top else one.path
        if not path.startswith(("/", "../")):
            yield replace(one, path=path)


def _short(err: OurFailure) -> str:
    lines = [line for line in str(err).splitlines() if line.strip()]
    return lines[0] if lines else type(err).__name__
