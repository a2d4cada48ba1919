# SPDX-License-Identifier: GPL-2.0-or-later
"""What to ask of Kconfig so that chosen KUnit tests are in the kernel.

The test's own option, what its folder's .kunitconfig asks for, and what its entry depends on as far
as that is plainly one option and another. Kconfig decides; what it drops is reported by the build.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from vreview.model.chosen import KunitTest
from vreview.parse.kconfig import dependencies
from vreview.parse.kunit import kunitconfig

Asks = tuple[tuple[str, str], ...]
Read = Callable[[str], str | None]

_PLAIN = re.compile(r"[A-Z0-9_]+(?:\s*=\s*y)?")
_EVERYWHERE = ("lib/Kconfig.debug", "lib/kunit/Kconfig", "fs/Kconfig.binfmt", "init/Kconfig")
_DEEPEST = 3


def kunit_asks(tests: Iterable[KunitTest], read: Read) -> Asks:
    """The options of all the tests, sorted, without KUNIT itself."""
    asks: dict[str, str] = {}
    for test in tests:
        asks |= dict(_own(test, read))
    asks.pop("KUNIT", None)
    return tuple(sorted(asks.items()))


def _own(test: KunitTest, read: Read) -> Iterator[tuple[str, str]]:
    folder = PurePosixPath((test.sources or (test.because.path,))[0]).parent
    yield test.symbol, "y"
    config = kunitconfig(read(f"{folder}/.kunitconfig") or "")
    if any(symbol == test.symbol for symbol, _ in config):
        yield from config
    yield from ((symbol, "y") for symbol in _needed(test.symbol, folder, read, depth=0))


def _needed(symbol: str, folder: PurePosixPath, read: Read, *, depth: int) -> Iterator[str]:
    """The plain symbols that an option depends on, and what those depend on in the same files."""
    if depth >= _DEEPEST:
        return
    for place in (*(f"{above}/Kconfig" for above in (folder, *folder.parents)), *_EVERYWHERE):
        for condition in dependencies(read(place.removeprefix("./")) or "", symbol):
            for word in (part.strip() for part in condition.split("&&")):
                if _PLAIN.fullmatch(word):
                    name = word.partition("=")[0].strip()
                    if name not in ("KUNIT", symbol):
                        yield name
                        yield from _needed(name, folder, read, depth=depth + 1)
