# SPDX-License-Identifier: GPL-2.0-or-later
"""What one tree says of its files: which options compile them, and why a .config does not.

Reads Makefiles and Kconfig files as they are asked for, once each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath

from vreview.logic.options import Blocked, Chooser, Way, explained, holds, unmet
from vreview.model.condition import Condition, some
from vreview.parse.kbuild import Makefile, condition_of, objects_named
from vreview.parse.kconfigtree import Definition, parse_kconfig_tree

ReadText = Callable[[str], str | None]
"""A file of the tree by path; None when it is not there."""

# What is built beside the kernel to build it, or not at all by the image.
ELSEWHERE = ("tools/", "samples/", "Documentation/", "scripts/")
_MOST_INCLUDERS = 40
_UNCOUNTED = (
    "arch/{architecture}/boot",
    "arch/{architecture}/boot/compressed",
    "arch/{architecture}/entry/vdso",
    "arch/{architecture}/purgatory",
    "arch/{architecture}/realmode/rm",
    "drivers/firmware/efi/libstub",
)


class TreeOptions:
    """``read`` gives the files of one commit; ``architecture`` is the folder under arch/."""

    def __init__(self, read: ReadText, *, architecture: str = "x86") -> None:
        self._read = read
        self.architecture = architecture
        self._makefiles: dict[str, Makefile] = {}

    @cached_property
    def options(self) -> Mapping[str, tuple[Definition, ...]]:
        """All options of the tree for the architecture: takes seconds."""
        return parse_kconfig_tree(self._read, architecture=self.architecture)

    def hopeless(self, path: str) -> str:
        """Why the file cannot come into the image, by its path alone; empty when it might."""
        if self._read(path) is None:
            return "it is not in this tree"
        if path.startswith(ELSEWHERE):
            return "it is not a part of the kernel image"
        top, _, rest = path.partition("/")
        if top == "arch" and not rest.startswith(f"{self.architecture}/"):
            return f"this kernel is for {self.architecture}"
        return ""

    def obstacle(self, path: str) -> str:
        """Why no option can bring the file into the image, without a look at Kconfig; empty when
        one might."""
        if why := self.hopeless(path):
            return why
        if self.condition(path) is not None:
            return ""
        c_file = path.endswith((".c", ".S"))
        return "no Makefile names it" if c_file else "no compiled file includes it"

    def condition(self, path: str) -> Condition | None:
        """When the file, or for a header one of those beside it that include it, is compiled;
        None when nothing on the way up names it."""
        if path.endswith((".c", ".S")):
            own = self._own_condition(path)
            if own is not None:
                return own
        ways = [self._own_condition(one) for one in self._includers(path)]
        found = [way for way in ways if way is not None]
        return some(found) if found else None

    def _own_condition(self, path: str) -> Condition | None:
        return condition_of(path, self._read, architecture=self.architecture, cache=self._makefiles)

    def _includers(self, path: str) -> Iterator[str]:
        """Sources of the same folder that include the file by its name."""
        where = PurePosixPath(path)
        folder = str(where.parent)
        named = re.compile(rf'^\s*#\s*include\s+["<](?:[^">]*/)?{re.escape(where.name)}[">]', re.M)
        for source in objects_named(folder, self._read, architecture=self.architecture)[
            :_MOST_INCLUDERS
        ]:
            text = self._read(source)
            if text is not None and source != path and named.search(text):
                yield source

    def way(
        self,
        path: str,
        config: Mapping[str, str],
        *,
        refused: Mapping[str, str] | None = None,
        chooser: Chooser | None = None,
    ) -> Way | Blocked:
        """What to add to the .config so that it compiles the file."""
        condition = self.condition(path)
        why = self.obstacle(path)
        if why or condition is None:
            return Blocked((), why)
        if holds(condition, config):
            return Way()
        chosen = chooser or self.chooser(config, refused)
        return chosen.way(condition)

    def chooser(
        self, config: Mapping[str, str], refused: Mapping[str, str] | None = None
    ) -> Chooser:
        return Chooser(self.options, config, refused or {}, self.architecture)

    def compiles(self, path: str, config: Mapping[str, str]) -> bool:
        """True when the .config compiles the file, as far as the Makefiles tell."""
        condition = self.condition(path)
        return not self.hopeless(path) and condition is not None and holds(condition, config)

    def countable(self, path: str) -> bool:
        """True for a C file that gcc can count the lines of: its Makefile does not forbid it, nor
        is a file of its name a part of what runs outside the kernel proper."""
        where = PurePosixPath(path)
        if where.suffix != ".c" or f"{where.stem}.o" in self._uncountable:
            return False
        folder = str(where.parent)
        text = self._read(f"{folder}/Kbuild") or self._read(f"{folder}/Makefile") or ""
        named = rf"GCOV_PROFILE(?:_{re.escape(where.stem)}\.o)?"
        return re.search(rf"^\s*{named}\s*:?=\s*n", text, re.MULTILINE) is None

    @cached_property
    def _uncountable(self) -> frozenset[str]:
        """The objects of folders where counters would break the build or the boot: make's variable
        for a file knows no folders."""
        return frozenset(
            f"{PurePosixPath(source).stem}.o"
            for folder in _UNCOUNTED
            for source in objects_named(
                folder.format(architecture=self.architecture),
                self._read,
                architecture=self.architecture,
            )
        )

    def first_reason(self, path: str, config: Mapping[str, str]) -> str:
        """Why the .config leaves the file out, from the Makefiles alone: quick."""
        if why := self.hopeless(path):
            return why
        condition = self.condition(path)
        if condition is None and not path.endswith((".c", ".S")):
            return "no compiled file includes it"
        missing = unmet(condition, config) if condition is not None else ()
        if missing:
            return f"CONFIG_{missing[0]} is not set"
        return "no object that this config asks for is made of it"

    def why_not(self, path: str, config: Mapping[str, str]) -> str:
        """``needs CONFIG_A, which needs CONFIG_B (not set)``, or what else is in the way."""
        told = explained(self.way(path, config))
        return told or "no object that this config asks for is made of it"
