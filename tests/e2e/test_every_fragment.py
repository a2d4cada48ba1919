# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fragment held against the real Kconfig: nothing that it asks for is dropped. Configures in
seconds; compiles nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vreview import wiring
from vreview.adapters.kbuild.builder import read_fragment
from vreview.adapters.kbuild.make import Make
from vreview.adapters.kbuild.slots import slot_for
from vreview.config import Config
from vreview.logic.fragments import asked_vs_got, render
from vreview.logic.recipes import TESTED
from vreview.parse.kconfig import parse_config
from vreview.resources import data_folder

pytestmark = [pytest.mark.kernel, pytest.mark.build]

_FOLDER = data_folder("kernel-configs")
_PROFILES = ("common", "test", "perf")
_OVER_TEST = sorted({path.stem for path in _FOLDER.glob("*.config")} - {*_PROFILES, "lean"})


@pytest.fixture(scope="module")
def make(kernel_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Kbuild on the tree's HEAD, with an O= folder of its own."""
    repo = wiring.kernel_repo(kernel_tree, config=Config())
    slot = slot_for(kernel_tree, wiring.cache_folder())
    with slot.held() as interrupted:
        slot.checkout(repo.resolve("HEAD"), clean=interrupted)
        yield Make(
            source=slot.source,
            build=tmp_path_factory.mktemp("build"),
            lock=slot.make_lock,
            cc="gcc",
        )


@pytest.mark.parametrize(
    "names",
    [
        ("test",),
        ("perf",),
        ("perf", "lockdep"),
        ("test", *TESTED),
        ("test", *TESTED, "kasan", "kmemleak", "ubsan", "lockdep"),
        *(("test", name) for name in _OVER_TEST),
    ],
    ids="+".join,
)
def test_nothing_of_a_fragment_is_dropped(make: Make, names: tuple[str, ...]) -> None:
    fragments = [read_fragment(_FOLDER, name) for name in ("common", *names)]
    made = make.configure(render(fragments))
    assert made.text is not None, made.log
    dropped = asked_vs_got(fragments, parse_config(made.text))
    assert [f"{d.fragment}: {d.symbol}={d.asked} is {d.got}" for d in dropped] == []
