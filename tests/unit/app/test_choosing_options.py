# SPDX-License-Identifier: GPL-2.0-or-later
"""Options proposed to a Kconfig that has its own mind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from vreview.app.options import Asks, choose_options, single_options, with_asks
from vreview.errors import ConfigError
from vreview.logic.treeoptions import TreeOptions
from vreview.model.kernel import Recipe

_TREE = {
    "Makefile": "drivers-y := drivers/\n",
    "drivers/Makefile": (
        "obj-$(CONFIG_A) += a.o\nobj-$(CONFIG_B) += b.o\nobj-y += on.o\nobj-$(CONFIG_C) += c.o\n"
    ),
    **{f"drivers/{name}.c": "" for name in ("a", "b", "on", "c")},
    "Kconfig": (
        'config A\n\tbool\nconfig FIRST\n\tbool "1"\n\tselect A\n'
        'config SECOND\n\tbool "2"\n\tselect A\n\tdepends on THIRD\nconfig THIRD\n\tbool "3"\n'
        'config B\n\tbool "b"\nconfig C\n\tbool "c"\n\tselect DEBUG_INFO\n'
        "config DEBUG_INFO\n\tbool\n"
    ),
}
_SELECTS = {"FIRST": "A", "SECOND": "A", "C": "DEBUG_INFO"}


@dataclass
class Kconfig:
    """Gives what is asked, and what that selects, but the ``drops``; counts how often."""

    drops: frozenset[str] = frozenset()
    refuses: bool = False
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, asks: Asks) -> Mapping[str, str] | None:
        self.asked.append(tuple(symbol for symbol, _ in asks))
        if self.refuses and asks:
            return None
        kept = {symbol: value for symbol, value in asks if symbol not in self.drops}
        return kept | {_SELECTS[s]: "y" for s in kept if s in _SELECTS}


def _choose(kconfig: Kconfig, *names: str, add: bool = True) -> tuple[str, dict[str, str]]:
    paths = [f"drivers/{name}.c" for name in names]
    chosen = choose_options(paths, TreeOptions(_TREE.get), kconfig, add=add)
    return " ".join(f"{s}={v}" for s, v in chosen.options), dict(chosen.blocked)


def test_what_is_compiled_already_costs_one_look() -> None:
    kconfig = Kconfig()
    assert _choose(kconfig, "on") == ("", {})
    assert kconfig.asked == [()]


def test_the_options_are_asked_of_kconfig() -> None:
    kconfig = Kconfig()
    assert _choose(kconfig, "a", "b") == ("B=y FIRST=y", {})
    assert kconfig.asked == [(), ("B", "FIRST")]


def test_what_kconfig_drops_is_gone_round() -> None:
    assert _choose(Kconfig(frozenset({"FIRST"})), "a") == ("SECOND=y THIRD=y", {})


def test_what_cannot_be_had_is_told_and_the_rest_is_chosen() -> None:
    every = frozenset({"FIRST", "SECOND", "THIRD"})
    options, blocked = _choose(Kconfig(every), "a", "b")
    assert options == "B=y"
    assert "CONFIG_A" in blocked["drivers/a.c"]
    assert "Kconfig drops it" in blocked["drivers/a.c"]


def test_what_turns_on_what_rebuilds_everything_is_not_chosen() -> None:
    options, blocked = _choose(Kconfig(), "b", "c")
    assert options == "B=y"
    assert blocked == {
        "drivers/c.c": "needs CONFIG_C: it turns CONFIG_DEBUG_INFO on: it would rebuild the whole"
        " kernel"
    }


def test_a_kconfig_that_refuses_leaves_reasons() -> None:
    options, blocked = _choose(Kconfig(refuses=True), "b")
    assert options == ""
    assert blocked == {"drivers/b.c": "needs CONFIG_B (not set)"}


def test_without_adding_only_the_reason_is_told() -> None:
    kconfig = Kconfig()
    assert _choose(kconfig, "b", add=False) == (
        "", {"drivers/b.c": "needs CONFIG_B (not set)"},
    )  # fmt: skip
    assert kconfig.asked == [()]


def test_options_of_the_user() -> None:
    assert single_options(["CONFIG_A=y", 'NAME="x y"', "N=0x10"]) == (
        ("A", "y"), ("N", "0x10"), ("NAME", '"x y"'),
    )  # fmt: skip
    recipe = Recipe(options=(("A", "n"),))
    assert with_asks(recipe, (("A", "y"), ("B", "y"))).options == (("A", "n"), ("B", "y"))


@pytest.mark.parametrize("word", ["A", "A=", "A B=y", "A=yes", "A=y\nB=y", 'A="\n"'])
def test_what_is_no_option_is_refused(word: str) -> None:
    with pytest.raises(ConfigError, match="is no option"):
        single_options([word])
