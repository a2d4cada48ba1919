# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files of the source are in a kernel, from kbuild's own dependency files, and why not.

The .cmd file of every object lists all that its compilation read. A reason is a guess from the
Makefiles' ``obj-$(CONFIG_X)`` lines; none is given where they say nothing. Does not run make.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

ReadText = Callable[[str], str | None]
"""A file of the tree by path; None when it is not there."""

_C_FILES = (".c", ".h", ".S", ".s", ".inc")
_ARCHITECTURE = "x86"
# What is built beside the kernel to build it, or not at all by bzImage.
_ELSEWHERE = ("tools/", "samples/", "Documentation/", "scripts/")
_OBJECTS = re.compile(
    r"^\s*(?P<list>[\w.\-]+?|\$\(\w+\))-(?P<if>y|m|objs|\$\(CONFIG_\w+\))\s*[:+]?=\s*(?P<what>.*)$"
)
_SYMBOL = re.compile(r"\$\(CONFIG_(\w+)\)")


def compiled_files(build: Path, source: Path) -> tuple[str, ...]:
    """All files under ``source`` that objects in the O= folder were made from, sorted.

    Files that are gone from the source are left out: their objects are of an earlier commit.
    """
    prefix = os.fsencode(f"{source}/")
    found: set[bytes] = set()
    for folder, folders, names in os.walk(build):
        if Path(folder) == build:  # programs that run while the kernel is built
            folders[:] = [each for each in folders if f"{each}/" not in _ELSEWHERE]
        for name in names:
            if name.startswith(".") and name.endswith(".o.cmd"):
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
    return (
        tuple(path for path in code if path in inside),
        tuple((path, why_not(path, read, config)) for path in code if path not in inside),
    )


def why_not(path: str, read: ReadText, config: Mapping[str, str]) -> str:
    """Why a file of the tree is not in the kernel, in a few words."""
    if read(path) is None:
        return "it is not in this tree"
    if path.startswith(_ELSEWHERE):
        return "it is not a part of the kernel image"
    top, _, rest = path.partition("/")
    if top == "arch" and not rest.startswith(f"{_ARCHITECTURE}/"):
        return f"this kernel is for {_ARCHITECTURE}"
    if not path.endswith((".c", ".S")):
        return "no compiled file includes it"
    symbols = _unset_symbols(PurePosixPath(path), read, config)
    if symbols:
        return f"CONFIG_{symbols[0]} is not set"
    return "no object that this config asks for is made of it"


def _unset_symbols(
    path: PurePosixPath, read: ReadText, config: Mapping[str, str]
) -> tuple[str, ...]:
    """The unset symbols on the way from the file's object up to the top folder, nearest first."""
    found: list[str] = []
    wanted = f"{path.stem}.o"
    folder = path.parent
    while str(folder) not in (".", "/"):
        makefile = read(f"{folder}/Kbuild") or read(f"{folder}/Makefile") or ""
        found += _conditions(makefile.replace("\\\n", " "), wanted, config)
        wanted, folder = f"{folder.name}/", folder.parent
    return tuple(found)


def _conditions(makefile: str, wanted: str, config: Mapping[str, str]) -> list[str]:
    """Unset symbols behind ``wanted`` in one Makefile, through composite objects (at most four)."""
    found: list[str] = []
    for _ in range(4):
        composite = ""
        for line in makefile.splitlines():
            match = _OBJECTS.match(line)
            if match is None or wanted not in match["what"].split():
                continue
            symbol = _SYMBOL.fullmatch(match["if"])
            if symbol and config.get(symbol[1], "n") == "n":
                found.append(symbol[1])
            if match["list"] not in ("obj", "lib"):
                composite = f"{match['list']}.o"
        if found or not composite or composite == wanted:
            break
        wanted = composite
    return found
