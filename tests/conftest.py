# SPDX-License-Identifier: GPL-2.0-or-later
"""What every test may ask for: scratch folders of its own, the mail corpus, the kernel tree."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow at making examples: that says nothing about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of this repository."""
    return _CHECKOUT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the mail corpus and the founding mails; skips where it is not."""
    folder = Path(os.environ.get("VREVIEW_SHARED") or _CHECKOUT.parent / "shared")
    if not (folder / "corpus").is_dir():
        pytest.skip("the mail corpus is not beside the checkout (VREVIEW_SHARED)")
    return folder


@pytest.fixture(scope="session")
def kernel_tree() -> Path:
    """A git repository with the kernel that `make setup` imported; skips where it is not."""
    if os.environ.get("VREVIEW_TREE"):
        return Path(os.environ["VREVIEW_TREE"])
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    tree = cache / "vreview" / "trees" / "linux-6.1.git"
    if not tree.is_dir():
        pytest.skip("no kernel tree (run `make setup`, or set VREVIEW_TREE)")
    return tree


@pytest.fixture(autouse=True)
def git_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pinned identity and no configuration of the user's: results do not depend on who runs."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test Person")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("TZ", "UTC")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew, to be read"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``golden(name, text)`` holds text byte for byte against tests/golden/NAME."""

    def compare(name: str, text: str) -> None:
        path = _CHECKOUT / "tests" / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.read_bytes().decode() == text

    return compare
