# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import Vreview


@pytest.fixture
def vreview(tmp_path: Path) -> Vreview:
    return Vreview(tmp_path / "state")


@pytest.fixture(scope="session")
def qemu() -> None:
    if shutil.which("qemu-system-x86_64") is None:
        pytest.skip("QEMU is not installed (run `make setup`)")


def example(kind: str, tree: Path, folder: Path, checkout: Path) -> Path:
    """One of the demo's two series, made against the tree."""
    mbox = folder / f"{kind}.mbox"
    subprocess.run(
        [sys.executable, checkout / "examples" / "make_series.py", "--tree", tree, "--base", "HEAD",
         kind, "-o", mbox],
        check=True,
    )  # fmt: skip
    return mbox


@pytest.fixture(scope="session")
def faulty(kernel_tree: Path, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example("faulty", kernel_tree, tmp_path_factory.mktemp("series"), checkout)


@pytest.fixture(scope="session")
def clean(kernel_tree: Path, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example("clean", kernel_tree, tmp_path_factory.mktemp("series"), checkout)
