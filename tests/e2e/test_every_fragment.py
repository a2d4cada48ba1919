# SPDX-License-Identifier: GPL-2.0-or-later
"""The fragments, and options that are chosen, held against the real Kconfig: nothing is dropped.

Configures in seconds; compiles nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from vreview import wiring
from vreview.adapters.kbuild.builder import read_fragment
from vreview.adapters.kbuild.make import Make
from vreview.adapters.kbuild.slots import slot_for
from vreview.app.options import Asks, choose_options
from vreview.config import Config
from vreview.logic.fragments import asked_vs_got, render
from vreview.logic.recipes import TESTED
from vreview.logic.treeoptions import TreeOptions
from vreview.model.kernel import SERIES, Fragment
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


def test_kconfig_takes_the_options_that_are_chosen_for_drivers(make: Make) -> None:
    fragments = [read_fragment(_FOLDER, name) for name in ("common", "test")]

    def configure(asks: Asks) -> Mapping[str, str] | None:
        made = make.configure(render([*fragments, Fragment(SERIES, asks)]))
        return None if made.text is None else parse_config(made.text)

    def read(path: str) -> str | None:
        file = make.source / path
        return file.read_text(errors="replace") if file.is_file() else None

    wanted = (
        "drivers/net/ethernet/intel/ixgbe/ixgbe_xsk.c",
        "sound/soc/codecs/rt5645.c",  # an option without a prompt: only what selects it helps
        "drivers/gpio/gpio-tb10x.c",  # of another architecture's machines
        "drivers/vhost/vhost.c",
    )
    chosen = choose_options(wanted, TreeOptions(read), configure)
    assert chosen.config["IXGBE"] == chosen.config["SND_SOC_RT5645"] == "y"
    assert {path for path, symbols in chosen.added if symbols} == set(wanted[:2])
    assert dict(chosen.blocked) == {
        wanted[2]: "needs CONFIG_GPIO_TB10X: no option of x86 selects it"
    }
