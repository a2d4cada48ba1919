# SPDX-License-Identifier: GPL-2.0-or-later
"""Kbuild's Makefiles: on which condition an object is made, from its folder up to the top.

Reads assignments (``obj-$(CONFIG_X) += foo.o``, ``foo-y``, ``foo-objs``, lists in variables),
conditionals around them, and included files. Runs nothing, so that a function of make whose result
is not plain is passed over.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from vreview.model.condition import (
    ALWAYS,
    NEVER,
    Condition,
    Module,
    On,
    Unclear,
    every,
    negated,
    some,
)
from vreview.parse.kcondition import closing

ReadText = Callable[[str], str | None]
"""A file of the tree by path; None when it is not there."""

Words = tuple[tuple[str, Condition], ...]

_ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+|override\s+)?(?P<name>(?:[^\s:=+?!#$]|\$[({][^=]*?[)}](?=[\s:=+?\w.-]))+)"
    r"\s*(?::|::|\+|\?)?=(?P<value>.*)$"
)
_BRANCH = re.compile(r"^\s*(?P<else>else\s+)?(?P<word>ifeq|ifneq|ifdef|ifndef)\b(?P<what>.*)$")
_SYMBOL = re.compile(r"\$[({]CONFIG_(\w+)[)}]")
_REFERENCE = re.compile(r"^\$\((?P<name>[\w.-]+)(?::[^()=]*=[^()]*)?\)$")
_AFFIXED = re.compile(
    r"^\$\(add(?P<which>prefix|suffix)\s+(?P<affix>[^,]*),\s*(?P<list>.*)\)$", re.DOTALL
)
_LINKED = frozenset({"obj", "lib"})
_TOP = frozenset({"init", "core", "drivers", "libs", "net", "virt"})
# Folders whose files only another folder's Makefile names, from outside its own place.
_NAMED_FROM = {"virt/kvm": "arch/{architecture}/kvm"}
_DEEPEST = 12
_MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Makefile:
    """``lists``: the words of each variable with the condition under which they are in it.

    Names that end in a condition are given as ``-y`` ("obj-y", "vhost_net-y").
    """

    lists: Mapping[str, Words]

    def made(self, wanted: str) -> Condition | None:
        """When the object or folder ("foo.o", "net/") is a part of the folder; None when the file
        does not name it."""
        return self._made(wanted, frozenset())

    def _made(self, wanted: str, seen: frozenset[str]) -> Condition | None:
        ways = []
        for name, words in self.lists.items():
            if not name.endswith("-y"):
                continue
            stem = name[:-2]
            here = some(when for word, when in words if word == wanted)
            if here == NEVER:
                continue
            if stem in _LINKED or (stem in _TOP and wanted.endswith("/")):
                ways.append(here)
            elif f"{stem}.o" != wanted and stem not in seen and wanted.endswith(".o"):
                whole = self._made(f"{stem}.o", seen | {stem})
                if whole is not None:
                    ways.append(every((here, whole)))
        return some(ways) if ways else None


def parse_makefile(
    text: str, *, folder: str = "", architecture: str = "x86", read: ReadText | None = None
) -> Makefile:
    """One Makefile; ``read`` gives the files that it includes."""
    reader = _Reader(folder, architecture, read or (lambda _: None))
    reader.text(text, 0)
    return Makefile({name: tuple(reader.expanded(name)) for name in list(reader.raw)})


def condition_of(
    path: str,
    read: ReadText,
    *,
    architecture: str = "x86",
    cache: dict[str, Makefile] | None = None,
) -> Condition | None:
    """On which condition the object of a source file is in the kernel; None when no Makefile on
    the way up names it. ``cache`` keeps Makefiles between calls on one tree."""
    known = {} if cache is None else cache

    def makefile(folder: str) -> Makefile:
        if folder not in known:
            names = ("Kbuild", "Makefile")
            texts = [read(f"{folder}/{name}" if folder else name) for name in names]
            both = not folder or folder == f"arch/{architecture}"
            chosen = [t for t in texts if t is not None]
            text = "\n".join(chosen if both else chosen[:1])
            known[folder] = parse_makefile(
                text, folder=folder, architecture=architecture, read=read
            )
        return known[folder]

    where = PurePosixPath(path)
    wanted = f"{where.stem}.o"
    parts: list[Condition] = []
    folder = _folder(where)
    if folder in _NAMED_FROM:
        elsewhere = _NAMED_FROM[folder].format(architecture=architecture)
        wanted, folder = posixpath.relpath(f"{folder}/{wanted}", elsewhere), elsewhere
    while True:
        here = makefile(folder).made(wanted)
        if here is not None:
            parts.append(here)
            if not folder:
                return every(parts)
            wanted, folder = f"{PurePosixPath(folder).name}/", _folder(PurePosixPath(folder))
        elif (beside := _from_beside(wanted, folder, makefile)) is not None:
            parts.append(beside)
            if not folder:
                return every(parts)
            wanted, folder = f"{PurePosixPath(folder).name}/", _folder(PurePosixPath(folder))
        elif folder:  # a folder that only its parent's Makefile knows: "gt/foo.o"
            wanted = f"{PurePosixPath(folder).name}/{wanted}"
            folder = _folder(PurePosixPath(folder))
        else:  # somewhere above nobody names the folder, as far as this can be read
            return every((*parts, Unclear(f"who names {wanted}"))) if parts else None


def _from_beside(wanted: str, folder: str, makefile: Callable[[str], Makefile]) -> Condition | None:
    """For an object that the Makefile of a folder beside its own names: "../amdkfd/kfd_bo.o"."""
    first, slash, _ = wanted.partition("/")
    if not slash or wanted.endswith("/"):
        return None
    ways = []
    for word, when in makefile(folder).lists.get("obj-y", ()):
        if word.startswith(f"{first}/") and word.count("/") > 1:
            named = posixpath.relpath(wanted, word)
            there = makefile(f"{folder}/{word}".strip("/")).made(named)
            if there is not None:
                ways.append(every((when, there)))
    return some(ways) if ways else None


def _folder(path: PurePosixPath) -> str:
    return "" if str(path.parent) == "." else str(path.parent)


@dataclass(slots=True)
class _Branch:
    """One ifeq … endif: the condition of the part that is being read, and what came before."""

    now: Condition
    before: list[Condition] = field(default_factory=list)


class _Reader:
    def __init__(self, folder: str, architecture: str, read: ReadText) -> None:
        self.folder = folder
        self.architecture = architecture
        self.read = read
        self.raw: dict[str, list[tuple[str, Condition]]] = {}
        self._branches: list[_Branch] = []
        self._count = 0
        self._including = False

    def text(self, text: str, depth: int) -> None:
        skipping = False
        for line in re.sub(r"\\\n", " ", text).split("\n"):
            bare = _uncommented(line)
            word = bare.strip().partition(" ")[0]
            if word in ("define", "endef"):
                skipping = word == "define"
            elif skipping or not bare.strip():
                continue
            elif word in ("include", "-include") and depth < _DEEPEST:
                self._include(bare.strip().partition(" ")[2], depth)
            elif not self._conditional(bare):
                self._assignment(bare)

    def _include(self, what: str, depth: int) -> None:
        listed: Words = tuple((word, ALWAYS) for word in _words(what))
        self._including = True
        paths = [named for named, _ in self._expanded(listed, frozenset())]
        self._including = False
        for named in paths:
            path = self._path(named)
            found = self.read(path) if path else None
            if found is not None:
                self.text(found, depth + 1)

    def _conditional(self, line: str) -> bool:
        if match := _BRANCH.match(line):
            condition = self._tested(match["word"], match["what"].strip())
            if match["else"] and self._branches:
                self._otherwise(condition)
            else:
                self._branches.append(_Branch(condition, [condition]))
            return True
        word = line.strip()
        if word == "else" and self._branches:
            self._otherwise(ALWAYS)
            return True
        if word == "endif":
            if self._branches:
                self._branches.pop()
            return True
        return False

    def _otherwise(self, condition: Condition) -> None:
        branch = self._branches[-1]
        branch.now = every((*map(negated, branch.before), condition))
        branch.before.append(condition)

    def _tested(self, word: str, what: str) -> Condition:
        if word in ("ifdef", "ifndef"):
            name = what.removeprefix("CONFIG_")
            found: Condition = On(name) if name != what else Unclear(what)
            return found if word == "ifdef" else negated(found)
        sides = _sides(what)
        found = Unclear(what) if sides is None else self._equal(*sides)
        return found if word == "ifeq" else negated(found)

    def _equal(self, left: str, right: str) -> Condition:
        for name in ("$(SRCARCH)", "$(ARCH)"):
            left, right = (side.replace(name, self.architecture) for side in (left, right))
        if "$" in right and "$" not in left:
            left, right = right, left
        named = [On(symbol) for symbol in _SYMBOL.findall(left)]
        plain = _SYMBOL.sub("", left).strip() == ""
        if "$" not in left + right:
            return ALWAYS if left == right else NEVER
        if not named:
            return Unclear(f"{left},{right}")
        if right == "":
            return negated(some(named))
        if plain and set(right) == {"y"}:
            return every(named)
        if right in ("y", "m") and len(named) == 1:
            return named[0] if right == "y" else Module()
        return some(named) if "filter" in left else Unclear(f"{left},{right}")

    def _assignment(self, line: str) -> None:
        match = _ASSIGNMENT.match(line)
        if match is None:
            return
        name, when = self._name(match["name"])
        around = every((*(branch.now for branch in self._branches), when))
        if around == NEVER:
            return
        words = self.raw.setdefault(name, [])
        for word in _words(match["value"]):
            self._count += 1
            if self._count > _MOST_WORDS:
                return
            words.append((word, around))

    def _name(self, name: str) -> tuple[str, Condition]:
        """``obj-$(CONFIG_X)`` → obj-y, when X."""
        stem, dash, _ = name.partition("-$")
        if dash:
            named = [On(symbol) for symbol in _SYMBOL.findall(name)]
            if not named:
                return f"{stem}-y", Unclear(name)
            return f"{stem}-y", some(named) if "$(or " in name else every(named)
        stem, _, end = name.rpartition("-")
        if stem and end == "objs":
            return f"{stem}-y", ALWAYS
        if stem and end == "m":
            return f"{stem}-y", Module() if stem in _LINKED | _TOP else ALWAYS
        return name, ALWAYS

    def expanded(self, name: str) -> Iterator[tuple[str, Condition]]:
        """The words of a variable, with those of the variables that they name."""
        yield from self._expanded(self.raw.get(name, ()), frozenset({name}))

    def _expanded(
        self,
        words: Sequence[tuple[str, Condition]],
        seen: frozenset[str],
    ) -> Iterator[tuple[str, Condition]]:
        for word, when in words:
            if "$" not in word:
                yield self._tidy(word), when
            elif match := _REFERENCE.match(word):
                name, _ = self._name(match["name"])
                if name not in seen and len(seen) < _DEEPEST:
                    for inner, also in self._expanded(self.raw.get(name, ()), seen | {name}):
                        yield inner, every((when, also))
                elif match["name"] in ("SRCARCH", "ARCH"):
                    yield self.architecture, when
            elif match := _AFFIXED.match(word):
                affix = self._plain(match["affix"].strip())
                before, after = (affix, "") if match["which"] == "prefix" else ("", affix)
                listed = [(one, when) for one in _words(match["list"])]
                for inner, also in self._expanded(listed, seen):
                    yield self._tidy(f"{before}{inner}{after}"), also
            else:
                plain = self._plain(word)
                if "$" not in plain or self._including:
                    yield self._tidy(plain), when

    def _tidy(self, word: str) -> str:
        """A path without detours; one that is to be included is left for ``_path``."""
        if self._including or not word.strip("./"):
            return word
        return posixpath.normpath(word) + "/" * word.endswith("/")

    def _plain(self, text: str) -> str:
        """Without the variables that stand for one word."""
        if self._including:
            return text
        for name, value in (
            ("$(SRCARCH)", self.architecture), ("$(ARCH)", self.architecture), ("$(BITS)", "64"),
            ("$(obj)/", ""), ("$(src)/", ""), ("$(obj)", "."), ("$(src)", "."),
        ):  # fmt: skip
            text = text.replace(name, value)
        for _ in range(_DEEPEST):
            match = re.search(r"\$\(([\w.-]+)\)", text)
            if match is None:
                break
            lone = self.raw.get(match[1], [])
            if len(lone) != 1:
                break
            text = text.replace(match[0], lone[0][0])
        return text

    def _path(self, named: str) -> str:
        """An included file's path in the tree; empty when it cannot be known."""
        for _ in range(_DEEPEST):
            match = re.search(r"\$\((\w+)\)", named)
            if match is None:
                break
            own = {"srctree": "", "src": self.folder, "obj": self.folder,
                   "SRCARCH": self.architecture, "ARCH": self.architecture}  # fmt: skip
            lone = self.raw.get(match[1], [])
            if match[1] not in own and len(lone) != 1:
                return ""
            named = named.replace(match[0], own.get(match[1]) or (lone[0][0] if lone else ""))
        path = posixpath.normpath(named.lstrip("/"))
        return "" if path.startswith("..") or "$" in path else path


def _sides(what: str) -> tuple[str, str] | None:
    """The two texts of ``ifeq (a,b)`` or ``ifeq "a" "b"``."""
    if what.startswith("("):
        try:
            inner = what[1 : closing(what, 1) - 1]
        except ValueError:
            return None
        depth = 0
        for place, letter in enumerate(inner):
            depth += {"(": 1, ")": -1}.get(letter, 0)
            if letter == "," and depth == 0:
                return inner[:place].strip(), inner[place + 1 :].strip()
        return None
    match = re.match(r"""^(["'])(.*?)\1\s+(["'])(.*?)\3$""", what)
    return (match[2], match[4]) if match else None


def _words(text: str) -> Iterator[str]:
    """Words apart, what stands in ``$(…)`` together."""
    start, depth = None, 0
    for place, letter in enumerate(text):
        depth = max(0, depth + {"(": 1, ")": -1}.get(letter, 0))
        if letter.isspace() and depth == 0:
            if start is not None:
                yield text[start:place]
            start = None
        elif start is None:
            start = place
    if start is not None:
        yield text[start:]


def _uncommented(line: str) -> str:
    at = line.find("#")
    return line if at < 0 or line[at - 1 : at] == "\\" else line[:at]


def objects_named(folder: str, read: ReadText, *, architecture: str = "x86") -> tuple[str, ...]:
    """The C files of a folder's objects, in the order of its Makefile."""
    text = read(f"{folder}/Kbuild") or read(f"{folder}/Makefile") or ""
    lists = parse_makefile(text, folder=folder, architecture=architecture, read=read).lists
    words = (word for name, those in lists.items() if name.endswith("-y") for word, _ in those)
    return tuple(dict.fromkeys(f"{folder}/{word[:-2]}.c" for word in words if word.endswith(".o")))
