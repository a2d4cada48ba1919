# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree's Kconfig files, and the expressions in them."""

from __future__ import annotations

import pytest

from vreview.model.condition import (
    ALWAYS,
    NEVER,
    Condition,
    Every,
    Module,
    Off,
    On,
    Some,
    Unclear,
)
from vreview.parse.kcondition import parse_condition
from vreview.parse.kconfigtree import parse_kconfig_tree

_TREE = {
    "Kconfig": 'mainmenu "x"\nsource "arch/$(SRCARCH)/Kconfig"\nsource "drivers/Kconfig"\n',
    "arch/x86/Kconfig": "config X86\n\tdef_bool y\n\tselect HAVE_A if 64BIT\n",
    "arch/arm/Kconfig": "config ARM\n\tdef_bool y\n",
    "drivers/Kconfig": """
menu "Drivers"
\tdepends on HAS_IOMEM

menuconfig NET
\tbool "Networking"   # why not
\tdepends on X86 || \\
\t\tCOMPILE_TEST
\thelp
\t  Say Y. config FAKE
\t  select NOTHING

\t    deeper

if NET
config NET_A
\ttristate "A" if EXPERT
\tdepends on B
\tdepends on !C
\tselect HELPER if D
\tdefault y if Z
\t---help---
\t  text
config HELPER
\ttristate
endif

menu "Hidden"
\tvisible if EXPERT
config SEEN
\tbool "Seen"
endmenu
endmenu

choice
\tprompt "Which"
\tdepends on NET
config ONE
\tbool "one"
config TWO
\tbool "two"
endchoice

config AFTER
\tbool
\tprompt "After"
""",
}


def test_an_option_has_what_stands_in_it_and_around_it() -> None:
    (a,) = parse_kconfig_tree(_TREE.get)["NET_A"]
    assert (a.kind, a.prompt) == ("tristate", On("EXPERT"))
    assert a.depends == Every((On("HAS_IOMEM"), On("NET"), On("B"), Off("C")))
    assert a.selects == (("HELPER", On("D")),)
    assert a.defaults == (("y", On("Z")),)
    assert a.file == "drivers/Kconfig"


def test_help_is_no_option_and_only_one_architecture_is_read() -> None:
    options = parse_kconfig_tree(_TREE.get)
    assert set(options) == {"X86", "NET", "NET_A", "HELPER", "SEEN", "ONE", "TWO", "AFTER"}
    assert options["X86"][0].selects == (("HAVE_A", On("64BIT")),)


def test_menus_ifs_and_choices_end_where_they_end() -> None:
    options = parse_kconfig_tree(_TREE.get)
    assert options["HELPER"][0].prompt is None
    assert options["SEEN"][0].prompt == On("EXPERT")
    assert options["ONE"][0].choice == options["TWO"][0].choice == 1
    assert options["ONE"][0].depends == On("NET")
    assert (options["AFTER"][0].depends, options["AFTER"][0].prompt) == (ALWAYS, ALWAYS)


def test_files_that_source_each_other_end() -> None:
    tree = {"Kconfig": 'source "Kconfig"\nconfig A\n\tbool "a"\n'}
    assert set(parse_kconfig_tree(tree.get)) == {"A"}


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("A", On("A")),
        ("A && B", Every((On("A"), On("B")))),
        ("A || B && C", Some((On("A"), Every((On("B"), On("C")))))),
        ("!(A || !B)", Every((Off("A"), On("B")))),
        ("A || !A", ALWAYS),
        ("A || A=n", ALWAYS),
        ("A=y && B!=n", Every((On("A"), On("B")))),
        ("A=n", Off("A")),
        ("m", Module()),
        ("n", NEVER),
        ("A && y", On("A")),
        ("$(cc-option,-m(x))", Unclear("$(cc-option,-m(x))")),
        ("A && $(success,test -e y)", Every((On("A"), Unclear("$(success,test -e y)")))),
        ('VERSION >= 120000', Unclear("VERSION>=120000")),
        ('NAME = "text"', Unclear('NAME="text"')),
        ("A &&", Unclear("A &&")),
        ("(A", Unclear("(A")),
        ("%$", Unclear("%$")),
        ("(" * 500 + "A" + ")" * 500, Unclear("(" * 500 + "A" + ")" * 500)),
    ],
)  # fmt: skip
def test_expression(text: str, condition: Condition) -> None:
    assert parse_condition(text) == condition
