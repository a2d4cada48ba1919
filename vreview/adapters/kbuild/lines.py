# SPDX-License-Identifier: GPL-2.0-or-later
"""From a function and an offset in it to a line of source.

The kernels have no debug information: it would double what a build takes. So the few objects that a
stack leads through are compiled once more with it, by the command that made them; where a function
came out as long as the kernel says, its lines are the kernel's. Does not read consoles.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.confine import Confinement, Reach, run_in
from vreview.adapters.kbuild.units import SlotTrees
from vreview.adapters.leftovers import scratch
from vreview.errors import CommandFailed, CommandTimeout, LimitExceeded
from vreview.model.kernel import Kernel
from vreview.model.look import Unit
from vreview.model.observation import Place
from vreview.model.trial import Frame
from vreview.parse.objects import Function, functions_of, places_of

_DEADLINE_S = 120.0
_AT_ONCE = 200
"""Object files that one call of nm reads."""
_MOST_FILES = 12
"""Compiled anew for one question: a stack is rarely longer, and each takes a second or two."""
_PADDING = 64
"""The kernel knows where the next function begins, an object where this one ends."""
_DEBUG = ("-g1", "-fno-var-tracking")


@dataclass(frozen=True, slots=True)
class SlotLines:
    """Implements ``ports.LineTable`` on the build slot of ``trees``."""

    trees: SlotTrees

    def places(self, kernel: Kernel, frames: Sequence[Frame]) -> Mapping[Frame, tuple[Place, ...]]:
        """Where each frame's address lies, the innermost inlined function first.

        A frame is left out when its function is in none or in several objects, is not as long as
        the frame says (other code than the kernel's), or is a module's. Raises OurFailure.
        """
        wanted = [frame for frame in dict.fromkeys(frames) if not frame.module]
        with self.trees.checked_out(kernel.key.tree, kernel.config) as make:
            defined = _defined(
                {f.function for f in wanted}, make.build, make.source, self.trees.confinement
            )
            units = self.trees.units(make, kernel.config, tuple(defined)[:_MOST_FILES])
            candidates: defaultdict[Frame, list[tuple[Place, ...]]] = defaultdict(list)
            for file, unit in units.items():
                mine = [f for f in wanted if f.function in defined[file]]
                for frame, chain in _in_object(file, unit, mine, self.trees.confinement):
                    candidates[frame].append(chain)
        return {frame: chains[0] for frame, chains in candidates.items() if len(chains) == 1}


def _defined(
    names: Iterable[str], build: Path, source: Path, confinement: Confinement
) -> dict[str, set[str]]:
    """Source file → those of the functions that its object defines."""
    objects = [
        f"{folder}/{name}"
        for folder, _, files in os.walk(build)
        for name in files
        if name.endswith(".o") and f".{name}.cmd" in files
    ]
    wanted, found = frozenset(names), defaultdict[str, set[str]](set)
    for begin in range(0, len(objects), _AT_ONCE):
        argv = ("nm", "-A", "--defined-only", *objects[begin : begin + _AT_ONCE])
        said = run_in(
            confinement,
            argv,
            reach=Reach(readable=(build,), cwd=build),
            deadline_s=_DEADLINE_S,
            check=False,
            needed_for="read kernel objects",
        ).text
        for line in said.splitlines():
            path, _, symbol = line.partition(":")
            words = symbol.split()
            if len(words) == 3 and words[1] in "tT" and words[2] in wanted:
                file = f"{os.path.relpath(path, build).removesuffix('.o')}.c"
                if (source / file).is_file():
                    found[file].add(words[2])
    return dict(found)


def _in_object(
    file: str, unit: Unit, frames: Sequence[Frame], confinement: Confinement
) -> Iterator[tuple[Frame, tuple[Place, ...]]]:
    """The frames whose function the file's object has, as long as they say."""
    with scratch("lines") as folder:
        made = folder / "made.o"
        reach = Reach((unit.source, unit.cwd), writable=(folder,), cwd=unit.cwd)

        def confined(*argv: str) -> str:
            return run_in(confinement, argv, reach=reach, deadline_s=_DEADLINE_S).text

        try:
            confined(*unit.command, *_DEBUG, "-c", "-o", str(made), str(unit.source / file))
            symbols = confined("objdump", "-t", str(made))
        except (CommandFailed, CommandTimeout, LimitExceeded):
            return  # a stranger's file, and only for the sake of a line number
        functions = functions_of(symbols)
        same = [f for f in frames if _same(functions.get(f.function), f)]
        for section in dict.fromkeys(functions[f.function].section for f in same):
            mine = [f for f in same if functions[f.function].section == section]
            addresses = [functions[f.function].value + f.offset - (not f.exact) for f in mine]
            said = confined(
                *("addr2line", "-a", "-i", "-f", "-e", str(made), "-j", section),
                *(f"{address:#x}" for address in addresses),
            )
            for frame, chain in zip(mine, places_of(said, source=str(unit.source)), strict=False):
                if chain:
                    yield frame, chain


def _same(function: Function | None, frame: Frame) -> bool:
    return function is not None and 0 <= frame.size - function.size < _PADDING
