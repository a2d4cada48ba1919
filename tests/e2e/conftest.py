# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command import Vreview
from made import example


@pytest.fixture
def vreview(tmp_path: Path) -> Vreview:
    return Vreview(tmp_path / "state")


@pytest.fixture(scope="session")
def qemu() -> None:
    if shutil.which("qemu-system-x86_64") is None:
        pytest.skip("QEMU is not installed (run `make setup`)")


@pytest.fixture(scope="session")
def faulty(kernel_tree: Path, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example("faulty", kernel_tree, tmp_path_factory.mktemp("series"), checkout)


@pytest.fixture(scope="session")
def clean(kernel_tree: Path, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example("clean", kernel_tree, tmp_path_factory.mktemp("series"), checkout)
