# SPDX-License-Identifier: GPL-2.0-or-later
"""From a condition to the options that fulfil it, and why some cannot be had."""

from __future__ import annotations

import pytest

from vreview.logic.options import REFUSED, Blocked, Chooser, Way, explained, holds, unmet
from vreview.logic.treeoptions import TreeOptions
from vreview.model.condition import Condition, Every, Module, Off, On, Some, Unclear
from vreview.parse.kconfigtree import parse_kconfig_tree

_KCONFIG = """
config HAVE
\tdef_bool y
config BUS
\tbool "bus"
\tdepends on HAVE
config CARD
\ttristate "card"
\tdepends on BUS && (ARM || COMPILE_TEST)
config ARM
\tbool
config COMPILE_TEST
\tbool "compile more"
config HELPER
\ttristate
config USER
\ttristate "uses the helper"
\tselect HELPER
config BIG_USER
\ttristate "uses it, and needs more"
\tdepends on BUS && CARD
\tselect HELPER
config LONELY
\tbool
config WORLD
\tbool "w"
\tdepends on DEBUG_INFO_DWARF5
config DEBUG_INFO_DWARF5
\tbool "dwarf"
config RING_A
\tbool "a"
\tdepends on RING_B
config RING_B
\tbool "b"
\tdepends on RING_A
config ONLY_M
\ttristate "m"
\tdepends on m
config NOT_ON
\tbool "n"
\tdepends on !ON
config CLASH
\tbool "c"
\tdepends on BUS && NOT_BUS
config NOT_BUS
\tbool "nb"
\tdepends on !BUS
config DERIVED
\tdef_bool USER && BUS
"""
_OPTIONS = parse_kconfig_tree({"Kconfig": _KCONFIG}.get)
_CONFIG = {"HAVE": "y", "ON": "y"}


def _way(condition: Condition, **refused: str) -> Way | Blocked:
    return Chooser(_OPTIONS, _CONFIG, refused).way(condition)


@pytest.mark.parametrize(
    ("condition", "asks"),
    [
        (On("ON"), ()),
        (On("BUS"), ("BUS",)),
        (On("CARD"), ("BUS", "COMPILE_TEST", "CARD")),
        (Some((On("CARD"), On("BUS"))), ("BUS",)),
        (Some((On("BUS"), On("ON"))), ()),
        (On("HELPER"), ("USER",)),
        (On("DERIVED"), ("USER", "BUS")),
        (Every((On("BUS"), Unclear("$(x)"))), ("BUS",)),
    ],
)
def test_the_cheapest_way_is_taken(condition: Condition, asks: tuple[str, ...]) -> None:
    way = _way(condition)
    assert isinstance(way, Way)
    assert way.asks == asks


@pytest.mark.parametrize(
    ("symbol", "why"),
    [
        ("ARM", "needs CONFIG_ARM: no option of x86 selects it"),
        ("NOWHERE", "needs CONFIG_NOWHERE: no Kconfig file for x86 has it"),
        ("WORLD", "needs CONFIG_WORLD, which needs CONFIG_DEBUG_INFO_DWARF5: it would rebuild the"
         " whole kernel"),
        ("RING_A", "needs CONFIG_RING_A, which needs CONFIG_RING_B, which needs CONFIG_RING_A: its"
         " dependencies lead back to it"),
        ("ONLY_M", "needs CONFIG_ONLY_M: it can only be a module, which is no part of the image"),
        ("NOT_ON", "needs CONFIG_NOT_ON: it needs CONFIG_ON off, and it is on"),
        ("CLASH", "needs CONFIG_CLASH: it needs CONFIG_BUS both on and off"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_told_with_the_chain(symbol: str, why: str) -> None:
    assert explained(_way(On(symbol))) == why


def test_a_way_is_told_as_a_chain() -> None:
    assert explained(_way(On("BUS"))) == "needs CONFIG_BUS (not set)"
    assert explained(_way(On("CARD"))) == (
        "needs CONFIG_CARD, which needs CONFIG_BUS and CONFIG_COMPILE_TEST (not set)"
    )
    assert explained(_way(On("HELPER"))) == (
        "needs CONFIG_HELPER, which needs CONFIG_USER (not set)"
    )


def test_what_was_dropped_before_is_gone_round() -> None:
    way = _way(On("HELPER"), USER="Kconfig drops it")
    assert isinstance(way, Way)
    assert way.asks == ("BUS", "COMPILE_TEST", "CARD", "BIG_USER")
    assert explained(_way(On("BUS"), BUS="Kconfig drops it")) == (
        "needs CONFIG_BUS: Kconfig drops it"
    )


@pytest.mark.parametrize("symbol", ["PREEMPT_NOTIFIERS", "KVM", "NUMA_BALANCING"])
def test_what_a_subsystem_needs_for_itself_is_not_refused(symbol: str) -> None:
    assert not any(pattern.fullmatch(symbol) for pattern, _ in REFUSED)


def test_whether_a_condition_holds() -> None:
    condition = Every((On("A"), Some((On("B"), On("C"))), Off("D"), Unclear("x")))
    assert holds(condition, {"A": "y", "C": "m"})
    assert not holds(condition, {"A": "y", "C": "m", "D": "y"})
    assert not holds(Module(), {})
    assert unmet(condition, {"A": "y"}) == ("B",)


_TREE = {
    "Makefile": "drivers-y := drivers/\n",
    "Kconfig": _KCONFIG,
    "drivers/Makefile": "obj-$(CONFIG_BUS) += bus/\nGCOV_PROFILE_no.o := n\n",
    "drivers/no.c": "",
    "drivers/bus/Makefile": "obj-$(CONFIG_CARD) += card.o\nobj-$(CONFIG_USER) += user.o\n",
    "drivers/bus/card.c": '#include "card.h"\n#include "table.c"\n',
    "drivers/bus/user.c": "",
    "drivers/bus/card.h": "",
    "drivers/bus/table.c": "",
    "drivers/bus/unused.h": "",
    "arch/x86/boot/Makefile": "setup-y += misc.o\n",
    "drivers/bus/misc.c": "",
    "arch/arm/mm/fault.c": "",
    "tools/x.c": "",
}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("drivers/bus/card.c", "needs CONFIG_CARD, which needs CONFIG_COMPILE_TEST, which"),
        ("drivers/bus/unused.h", "no compiled file includes it"),
        ("drivers/bus/misc.c", "no Makefile names it"),
        ("arch/arm/mm/fault.c", "this kernel is for x86"),
        ("tools/x.c", "it is not a part of the kernel image"),
        ("drivers/gone.c", "it is not in this tree"),
    ],
)
def test_why_a_file_is_left_out(path: str, why: str) -> None:
    tree = TreeOptions(_TREE.get)
    told = tree.why_not(path, _CONFIG)
    assert told.startswith(why.partition(", which needs CONFIG_COMPILE")[0])


@pytest.mark.parametrize("path", ["drivers/bus/card.h", "drivers/bus/table.c"])
def test_what_is_included_is_compiled_with_what_includes_it(path: str) -> None:
    tree = TreeOptions(_TREE.get)
    assert not tree.compiles(path, {"BUS": "y"})
    assert tree.compiles(path, {"BUS": "y", "CARD": "y"})


def test_lines_are_counted_where_nothing_forbids_it() -> None:
    tree = TreeOptions(_TREE.get)
    assert tree.countable("drivers/bus/card.c")
    assert not tree.countable("drivers/no.c")
    assert not tree.countable("drivers/bus/misc.c")  # its name is one of the boot code's
    assert not tree.countable("drivers/bus/card.h")
