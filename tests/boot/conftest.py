# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel to boot: VREVIEW_TEST_KERNEL, or built by vreview from the imported tree."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from vreview.adapters.kbuild.builder import KbuildBuilder
from vreview.logic.recipes import TESTED
from vreview.model.kernel import Kernel, KernelConfig, KernelKey, Recipe, Toolchain
from vreview.model.series import Oid
from vreview.resources import data_folder


class Silent:
    """ports.Observer that tells nobody."""

    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


@pytest.fixture(scope="session")
def test_kernel(request: pytest.FixtureRequest) -> Kernel:
    """The test profile's kernel of the imported tree's HEAD; skips where there is no tree."""
    if shutil.which("qemu-system-x86_64") is None:
        pytest.skip("QEMU is not installed (run `make setup`)")
    given = os.environ.get("VREVIEW_TEST_KERNEL")
    if given:
        key = KernelKey(Oid("0" * 40), "", "")
        return Kernel(
            key, Path(given), KernelConfig("test", (), ""), Toolchain("gcc", "", ""), "given"
        )
    return _built(request, Recipe("test"))


@pytest.fixture(scope="session")
def counting_kernel(request: pytest.FixtureRequest) -> Kernel:
    """The same as a review builds it: vhost's lines are counted, and calls can be made to fail."""
    counted = ("GCOV_PROFILE_net.o=y", "GCOV_PROFILE_vhost.o=y")
    return _built(request, Recipe("test", TESTED, variables=counted))


def _built(request: pytest.FixtureRequest, recipe: Recipe) -> Kernel:
    tree: Path = request.getfixturevalue("kernel_tree")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    builder = KbuildBuilder(tree, home / "vreview", data_folder("kernel-configs"))
    commit = Oid((tree / "HEAD").read_text().strip())
    if commit.startswith("ref: "):
        commit = Oid((tree / commit.removeprefix("ref: ")).read_text().strip())
    built = builder.build(commit, recipe=recipe, touched=(), observer=Silent())
    assert built.kernel is not None, built.log
    return built.kernel
