# SPDX-License-Identifier: GPL-2.0-or-later
"""KUnit's tests in a tree's own words: Makefiles that build them, sources that name their suites.

Accepted: ``obj-$(CONFIG_X) += foo_test.o`` and ``struct kunit_suite x = { .name = "foo"``.
What a conditional around a line says is not looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OBJECTS = re.compile(
    r"^\s*(?:obj|[\w-]+)-\$[({]CONFIG_(?P<symbol>\w+)[)}]\s*[:+]?=\s*(?P<what>.*)$"
)
_TEST = re.compile(r"(?:^|[-_])(?:test|tests|kunit)(?:$|[-_])")
_SUITE = re.compile(r"\bstruct\s+kunit_suite\s+\w+\s*=\s*\{(?P<body>[^}]{0,2000})\}")
_NAME = re.compile(r"\.name\s*=\s*\"(?P<name>[^\"\\]{1,120})\"")
_ASK = re.compile(r"^CONFIG_(?P<symbol>\w+)=(?P<value>y|m|\d+|\"[^\"]*\")$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class KunitObject:
    """``stem`` is an object's name without its ".o" ("list-test")."""

    symbol: str
    stem: str

    @property
    def surely_kunit(self) -> bool:
        """Its option says so; else only its source can."""
        return "KUNIT" in self.symbol.split("_")[1:]


def kunit_objects(makefile: str) -> tuple[KunitObject, ...]:
    """The objects of a Makefile whose name or option says that they are tests, in order."""
    found = []
    for line in makefile.replace("\\\n", " ").splitlines():
        match = _OBJECTS.match(line.split("#", 1)[0])
        if match is None:
            continue
        for word in match["what"].split():
            one = KunitObject(match["symbol"], word.removesuffix(".o"))
            if word.endswith(".o") and (one.surely_kunit or _TEST.search(one.stem)):
                found.append(one)
    return tuple(found)


def is_kunit(source: str) -> bool:
    """Whether a C file registers suites."""
    return "kunit_test_suite" in source or "kunit_test_init_section_suite" in source


def suite_names(source: str) -> tuple[str, ...]:
    """The names of the suites that a C file defines, in order."""
    bodies = (match["body"] for match in _SUITE.finditer(source))
    return tuple(found["name"] for body in bodies if (found := _NAME.search(body)))


def kunitconfig(text: str) -> tuple[tuple[str, str], ...]:
    """What a folder's .kunitconfig asks for; modules are asked for built in."""
    return tuple(
        (m["symbol"], "y" if m["value"] == "m" else m["value"]) for m in _ASK.finditer(text)
    )


def bare(stem: str) -> str:
    """What a test is about, from its name: "list-test" → "list", "test_sort" → "sort"."""
    words = [w for w in re.split(r"[-_]", stem) if w not in ("test", "tests", "kunit")]
    return "_".join(words)
