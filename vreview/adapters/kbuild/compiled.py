# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files of the source are in a kernel, from what kbuild linked and its dependency files.

The .cmd file of every object lists all that its compilation read. Why a file is not in is asked
of the tree (``logic.treeoptions``). Does not run make.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from vreview.logic.treeoptions import ELSEWHERE, TreeOptions
from vreview.parse.thinarchive import members

ReadText = Callable[[str], str | None]
"""A file of the tree by path; None when it is not there."""

_C_FILES = (".c", ".h", ".S", ".s", ".inc")
_ARCHITECTURE = "x86"
# Linked on their own, into what is then a part of the image.
_APART = re.compile(
    r"arch/x86/(?:boot|entry/vdso|realmode|purgatory)/|drivers/firmware/efi/libstub/"
)
_LIBRARIES = ("lib/lib.a", f"arch/{_ARCHITECTURE}/lib/lib.a")


def linked_objects(build: Path) -> frozenset[str] | None:
    """The objects of the kernel that was linked last in the O= folder; None when that cannot be
    told. Others may lie there from builds of other configurations."""
    found: set[str] = set()
    whole = _members(build, "vmlinux.a")
    if whole is None:  # before 6.1
        parts = [path.relative_to(build) for path in sorted(build.glob("*/built-in.a"))]
        parts += [Path("arch", _ARCHITECTURE, "built-in.a")]
        known = [part for part in (_members(build, str(part)) for part in parts) if part]
        whole = frozenset().union(*known) if known else None
    if whole is None:
        return None
    found.update(whole, *(_members(build, library) or () for library in _LIBRARIES))
    return frozenset(found)


def _members(build: Path, archive: str) -> frozenset[str] | None:
    """The members of a thin archive, as paths in the O= folder."""
    try:
        names = members((build / archive).read_bytes())
    except OSError:
        return None
    folder = str(PurePosixPath(archive).parent)
    at = "" if folder == "." else f"{folder}/"
    return None if names is None else frozenset(f"{at}{name}" for name in names)


def compiled_files(
    build: Path, source: Path, linked: frozenset[str] | None = None
) -> tuple[str, ...]:
    """All files under ``source`` that objects in the O= folder were made from, sorted.

    Of objects that belong to vmlinux those alone that were ``linked``, where that is known; files
    that are gone from the source are left out: their objects are of an earlier commit.
    """
    prefix = os.fsencode(f"{source}/")
    found: set[bytes] = set()
    for folder, folders, names in os.walk(build):
        if Path(folder) == build:  # programs that run while the kernel is built
            folders[:] = [each for each in folders if f"{each}/" not in ELSEWHERE]
        for name in names:
            if not (name.startswith(".") and name.endswith(".o.cmd")):
                continue
            target = os.path.relpath(f"{folder}/{name[1:-4]}", build)
            if linked is None or target in linked or _APART.match(target):
                found.update(sources(Path(folder, name).read_bytes(), prefix))
    paths = (os.fsdecode(path[len(prefix) :]) for path in found)
    return tuple(sorted(path for path in paths if (source / path).is_file()))


def sources(text: bytes, prefix: bytes) -> Iterable[bytes]:
    """``source_x.o := PATH`` and the ``deps_x.o`` lines of a .cmd file that lie in the source,
    which ``prefix`` is."""
    for line in text.splitlines():
        if line.startswith(b"source_"):
            word = line.partition(b":=")[2].strip()
        elif line.startswith(b"  "):
            word = line.strip().removesuffix(b" \\")
        else:
            continue
        if word.startswith(prefix):
            yield word


def split_touched(
    touched: Sequence[str], compiled: Sequence[str], read: ReadText, config: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Touched C files that are in the kernel, and the others, each with the reason.

    Files that no compiler reads (documents, Makefiles, Kconfig) are in neither.
    """
    inside = frozenset(compiled)
    code = sorted({path for path in touched if path.endswith(_C_FILES)})
    tree = TreeOptions(read, architecture=_ARCHITECTURE)
    return (
        tuple(path for path in code if path in inside),
        tuple((path, tree.first_reason(path, config)) for path in code if path not in inside),
    )
