# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of the kernel's own tests a series gets: from the files that it touches.

By what lies beside a file, by the tree's MAINTAINERS, by a table, and by names; each choice says
which. ``read`` gives a file of the tree, so that the tests of this very tree are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from vreview.model.chosen import Because, Chosen, KunitTest, Selftest
from vreview.parse.kunit import KunitObject, bare, is_kunit, kunit_objects, suite_names
from vreview.parse.maintainers import Section
from vreview.parse.testtables import KunitTable, SelftestTable

Read = Callable[[str], str | None]

SELFTESTS = "tools/testing/selftests"
_CODE = (".c", ".h", ".S", ".rs")
_NOT_KERNEL = ("Documentation/", "tools/", "scripts/", "samples/", "usr/", "LICENSES/")
_TEST_FOLDERS = ("tests", "test", "kunit")
_NAMED_ALIKE = ("kernel/", "fs/", "ipc/", "mm/", "net/", "security/", "block/", "init/")
"""Where a target with a file's or folder's name is about it; a driver's name may be anything."""
_ANYTHING = frozenset({"core", "lib", "net", "sync", "user"})
"""Names of targets that files have for other reasons."""
_MOST_TESTS = 24
"""Of each kind: a series that touches the whole tree does not get all tests there are."""
_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Chooser:
    """``sections`` are the tree's MAINTAINERS, ``targets`` what its selftests' Makefile lists."""

    read: Read
    sections: tuple[Section, ...]
    targets: tuple[str, ...]
    kunit: KunitTable
    selftests: SelftestTable

    def choose(self, touched: Iterable[str]) -> Chosen:
        """Each test once, with the first file that chose it."""
        tests: dict[str, KunitTest] = {}
        targets: dict[str, Selftest] = {}
        uncovered = []
        for path in sorted(set(touched)):
            found = list(self._kunit(path))
            for one in found:
                tests[one.symbol] = _joined(tests.get(one.symbol), one)
            mine = list(self._selftests(path))
            for target in mine:
                targets.setdefault(target.target, target)
            if not found and not mine and _in_kernel(path):
                uncovered.append(path)
        return Chosen(
            tuple(tests.values())[:_MOST_TESTS],
            _without_parents(targets.values())[:_MOST_TESTS],
            tuple(uncovered),
        )

    def _kunit(self, path: str) -> Iterator[KunitTest]:
        if not path.endswith(_CODE) or path.startswith(_NOT_KERNEL):
            return
        folder, stem = str(PurePosixPath(path).parent), PurePosixPath(path).stem
        for test_folder in (folder, *(f"{folder}/{name}" for name in _TEST_FOLDERS)):
            for one in self._objects(test_folder):
                how = self._why(one, stem, path, folder, test_folder)
                if how and (test := self._test(one, test_folder, Because(path, how))):
                    yield test
        for row in self.kunit.rows:
            if any(fnmatchcase(path, pattern) for pattern in row.files):
                because = Because(path, "the table of tests says so")
                if test := self._by_source(row.source, because, symbol=row.symbol):
                    yield test
        for section, sources in self._covering(path, _is_test_source):
            because = Because(path, f"MAINTAINERS: {section.title}")
            found = (self._by_source(source, because) for source in sources)
            yield from (test for test in found if test is not None)

    def _covering(
        self, path: str, wanted: Callable[[str], bool]
    ) -> Iterator[tuple[Section, tuple[str, ...]]]:
        """The sections of a file that name files of a kind, with those."""
        for section in self.sections:
            files = tuple(f for f in section.files if wanted(f))
            if files and section.covers(path):
                yield section, files

    def _objects(self, folder: str) -> tuple[KunitObject, ...]:
        text = self.read(f"{folder}/Makefile") or self.read(f"{folder}/Kbuild") or ""
        return kunit_objects(text)

    def _why(self, one: KunitObject, stem: str, path: str, folder: str, test_folder: str) -> str:
        """What makes the test one for the file; empty when nothing does."""
        if path == f"{test_folder}/{one.stem}.c":
            return "it is the test"
        name = bare(one.stem)
        if name and (stem == name or stem.replace("-", "_").startswith(f"{name}_")):
            return "the test has its name"
        if folder in self.kunit.broad:
            return ""
        if test_folder != folder:
            return f"the tests of its folder are in {test_folder}"
        return "the test lies beside it"

    def _test(self, one: KunitObject, folder: str, because: Because) -> KunitTest | None:
        path = f"{folder}/{one.stem}.c"
        source = self.read(path)
        if not one.surely_kunit and (source is None or not is_kunit(source)):
            return None
        sources = (path,) if source is not None else ()
        return KunitTest(one.symbol, sources, suite_names(source or ""), because)

    def _by_source(self, source: str, because: Because, *, symbol: str = "") -> KunitTest | None:
        """The test of a source file; None where the tree has none."""
        text = self.read(source)
        if text is None or not is_kunit(text):
            return None
        if not symbol:
            folder, stem = str(PurePosixPath(source).parent), PurePosixPath(source).stem
            symbol = next((o.symbol for o in self._objects(folder) if o.stem == stem), "")
        return KunitTest(symbol, (source,), suite_names(text), because) if symbol else None

    def _selftests(self, path: str) -> Iterator[Selftest]:
        if path.startswith(f"{SELFTESTS}/"):
            target = self._target_of(path)
            if target:
                yield Selftest(target, Because(path, "it is the target's"))
            return
        if not _in_kernel(path):
            return
        for row in self.selftests.rows:
            if any(fnmatchcase(path, pattern) for pattern in row.files) and self._there(row.name):
                yield Selftest(row.name, Because(path, "the table of tests says so"))
        for section, places in self._covering(path, _is_selftest):
            for target in filter(None, map(self._target_of, places)):
                yield Selftest(target, Because(path, f"MAINTAINERS: {section.title}"))
        if path.startswith(_NAMED_ALIKE):
            pure = PurePosixPath(path)
            for target in self.targets:
                if target in (pure.stem, pure.parent.name) and target not in _ANYTHING:
                    yield Selftest(target, Because(path, "the target has its name"))

    def _there(self, target: str) -> bool:
        return target in self.targets or self.read(f"{SELFTESTS}/{target}/Makefile") is not None

    def _target_of(self, path: str) -> str:
        """The target that a path below the selftests belongs to: the longest that there is."""
        below = path.removeprefix(f"{SELFTESTS}/")
        found = [t for t in self.targets if below == t or below.startswith(f"{t}/")]
        return max(found, key=len, default="")


def _without_parents(targets: Iterable[Selftest]) -> tuple[Selftest, ...]:
    """A target whose own folders were chosen besides is said by those."""
    found = tuple(targets)
    return tuple(
        one for one in found if not any(o.target.startswith(f"{one.target}/") for o in found)
    )


def fit(targets: Sequence[Selftest], table: SelftestTable) -> tuple[Selftest, ...]:
    """Those that can run in the guest."""
    return tuple(one for one in targets if not table.why_unfit(one.target))


def told(chosen: Chosen, table: SelftestTable) -> tuple[str, ...]:
    """What was chosen and why, in sentences; what cannot run, and what nothing is for."""
    lines = [
        f"kunit: {_listed(one.suites) or f'CONFIG_{one.symbol}'}, chosen because of {one.because}"
        for one in chosen.kunit
    ]
    for target in chosen.selftests:
        why = table.why_unfit(target.target)
        end = f": not run, because {why}" if why else ""
        lines.append(f"kselftest: {target.target}, chosen because of {target.because}{end}")
    lines += (f"no test of the kernel's own covers {path}" for path in chosen.uncovered)
    return tuple(lines)


def _listed(names: Sequence[str]) -> str:
    """All of a few names; of many the first, and how many more there are."""
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"


def _joined(before: KunitTest | None, one: KunitTest) -> KunitTest:
    """Two objects of one option are one test of two sources."""
    if before is None:
        return one
    sources = tuple(dict.fromkeys((*before.sources, *one.sources)))
    suites = tuple(dict.fromkeys((*before.suites, *one.suites)))
    return KunitTest(before.symbol, sources, suites, before.because)


def _is_selftest(pattern: str) -> bool:
    return pattern.startswith(f"{SELFTESTS}/")


def _is_test_source(pattern: str) -> bool:
    stem = PurePosixPath(pattern).stem
    words = stem.replace("-", "_").split("_")
    return pattern.endswith(".c") and "*" not in pattern and bool({"test", "kunit"} & set(words))


def _in_kernel(path: str) -> bool:
    return path.endswith(_CODE) and not path.startswith(_NOT_KERNEL)
