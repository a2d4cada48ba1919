# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree's own tests and a user's command, in real guests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pygit2
import pytest
from test_boot import Silent

from vreview.adapters.boot.auto import AutoBackend
from vreview.adapters.kbuild.builder import KbuildBuilder
from vreview.adapters.kbuild.selftests import SelftestBuilder
from vreview.adapters.kbuild.units import SlotTrees
from vreview.adapters.suites.command import command_suite
from vreview.adapters.suites.kselftest import SelftestSuite
from vreview.adapters.suites.kunit import KunitSuite
from vreview.model.kernel import Kernel, Recipe
from vreview.model.series import Oid
from vreview.model.trial import BootState, Case, CaseState
from vreview.resources import data_folder

if TYPE_CHECKING:
    from vreview.ports import TestSuite

pytestmark = [pytest.mark.kernel, pytest.mark.build, pytest.mark.boot]

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vreview"


def _cases(suite: TestSuite, kernel: Kernel, folder: Path) -> tuple[Case, ...]:
    (place := folder / "job").mkdir()
    job = suite.prepare(place.resolve())
    done = AutoBackend(cache=CACHE).run(kernel, job, console=folder / "console", observer=Silent())
    assert done.booted.state is BootState.DONE, done.booted.why
    return suite.read(done.output)


def _head(tree: Path) -> Oid:
    return Oid(str(pygit2.Repository(str(tree)).head.target))


def test_selftests_of_the_tree_run_in_the_guest(
    test_kernel: Kernel, kernel_tree: Path, tmp_path: Path
) -> None:
    builder = SelftestBuilder(SlotTrees(kernel_tree, CACHE))
    suite = SelftestSuite(
        lambda folder: builder.build(_head(kernel_tree), ("membarrier", "no-such"), folder)
    )
    cases = _cases(suite, test_kernel, tmp_path)
    assert {case.state for case in cases} == {CaseState.PASSED}
    assert any(c.name.startswith("membarrier: membarrier_test_single_thread.") for c in cases)
    assert suite.remarks == [
        "kselftest: nothing of no-such could be built statically: this tree has no such target"
    ]


@pytest.mark.long
def test_unit_tests_are_read_from_the_kernel_that_ran_them(
    kernel_tree: Path, tmp_path: Path
) -> None:
    builder = KbuildBuilder(kernel_tree, CACHE, data_folder("kernel-configs"))
    recipe = Recipe("lean", ("kunit",), (("LIST_KUNIT_TEST", "y"),))
    built = builder.build(_head(kernel_tree), recipe=recipe, touched=(), observer=Silent())
    assert built.kernel is not None, built.log
    assert built.kernel.config.dropped == ()
    cases = _cases(KunitSuite(("list-kunit-test", "absent")), built.kernel, tmp_path)
    states = {case.name: case.state for case in cases}
    assert states["list-kunit-test.list_test_list_add"] is CaseState.PASSED
    assert states["absent"] is CaseState.SKIPPED
    assert {s for name, s in states.items() if name != "absent"} == {CaseState.PASSED}


def test_a_command_of_the_users_runs_with_its_files(test_kernel: Kernel, tmp_path: Path) -> None:
    script, data = tmp_path / "check.sh", tmp_path / "data.txt"
    script.write_text('#!/bin/sh\necho x >/tmp/y || exit 1\necho "$(cat "$1")"\nexit 3\n')
    data.write_text("seen in the guest\n")
    suite = command_suite("mine=./check.sh data.txt", folder=tmp_path)
    (case,) = _cases(suite, test_kernel, tmp_path)
    assert case.state is CaseState.FAILED
    assert case.detail == "seen in the guest\nexit status 3"
