# SPDX-License-Identifier: GPL-2.0-or-later
"""Every row of test-tables/ speaks of files, tests, options and targets that a 6.1 tree has."""

from __future__ import annotations

from fnmatch import filter as fnfilter
from pathlib import Path

import pygit2
import pytest

from vreview.logic.testchoice import SELFTESTS, Chooser
from vreview.parse.kconfig import dependencies
from vreview.parse.maintainers import sections
from vreview.parse.testtables import kunit_table, selftest_table
from vreview.resources import data_folder

pytestmark = pytest.mark.kernel

TABLES = data_folder("test-tables")
KUNIT = kunit_table((TABLES / "kunit.toml").read_text(), source="kunit.toml")
SELF = selftest_table((TABLES / "selftests.toml").read_text(), source="selftests.toml")


class Tree:
    """HEAD of the imported tree."""

    def __init__(self, path: Path) -> None:
        self._repo = pygit2.Repository(str(path))
        self._top = self._repo.head.peel(pygit2.Tree)
        index = pygit2.Index()
        index.read_tree(self._top)
        self.paths = [entry.path for entry in index]

    def read(self, path: str) -> str | None:
        try:
            found = self._top[path]
        except KeyError:
            return None
        return found.data.decode(errors="replace") if isinstance(found, pygit2.Blob) else None


@pytest.fixture(scope="module")
def tree(kernel_tree: Path) -> Tree:
    return Tree(kernel_tree)


def test_every_pattern_matches_a_file(tree: Tree) -> None:
    patterns = {p for row in (*KUNIT.rows, *SELF.rows) for p in row.files}
    assert [p for p in sorted(patterns) if not fnfilter(tree.paths, p)] == []


def test_every_broad_folder_and_every_test_is_there(tree: Tree) -> None:
    folders = {path.rpartition("/")[0] for path in tree.paths}
    assert sorted(KUNIT.broad - folders) == []
    assert [row.source for row in KUNIT.rows if tree.read(row.source) is None] == []


def test_every_row_leads_to_an_option_of_the_tree(tree: Tree) -> None:
    chooser = Chooser(tree.read, (), (), KUNIT, SELF)
    kconfigs = {
        path: text
        for path in tree.paths
        if path.rpartition("/")[2].startswith("Kconfig") and (text := tree.read(path))
    }
    for row in KUNIT.rows:
        path = next(p for p in fnfilter(tree.paths, row.files[0]) if p.endswith((".c", ".h")))
        found = [t for t in chooser.choose([path]).kunit if row.source in t.sources]
        assert found, row.source
        symbol = found[0].symbol
        assert any(dependencies(text, symbol) for text in kconfigs.values()), symbol


def test_every_target_and_every_program_is_there(tree: Tree) -> None:
    for row in SELF.rows:
        makefile = tree.read(f"{SELFTESTS}/{row.name}/Makefile")
        assert makefile is not None, row.name
        assert SELF.why_unfit(row.name) == "", row.name
        for program in row.programs:
            assert program in makefile or tree.read(f"{SELFTESTS}/{row.name}/{program}.c"), (
                row.name,
                program,
            )


def test_maintainers_leads_to_tests(tree: Tree) -> None:
    chooser = Chooser(
        tree.read, sections(tree.read("MAINTAINERS") or ""), ("seccomp", "timers"), KUNIT, SELF
    )
    (sysctl,) = chooser.choose(["fs/proc/proc_sysctl.c"]).kunit
    assert sysctl.symbol == "SYSCTL_KUNIT_TEST"
    (seccomp,) = chooser.choose(["include/uapi/linux/seccomp.h"]).selftests
    assert seccomp.target == "seccomp"
    assert seccomp.because.how == "MAINTAINERS: SECURE COMPUTING"
