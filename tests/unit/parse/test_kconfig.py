# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations as text."""

from __future__ import annotations

import pytest

from vreview.errors import ConfigError
from vreview.parse.kconfig import dependencies, parse_config, parse_fragment

_KCONFIG = """
menu "Own"

if PCI

config OWN
	tristate "own"

config OWN_RING
	bool "ring"
	depends on OWN && \\
		NET
	depends on !OTHER
	select CRC32
	help
	  depends on nothing, says the help

config OWN_LAST
	bool
endif

menuconfig AFTER
	bool "after"
"""


def test_a_config_has_set_and_unset_options() -> None:
    text = '#\n# comment\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_S="x y"\nCONFIG_N=0x10\n'
    assert parse_config(text) == {"A": "y", "B": "n", "S": '"x y"', "N": "0x10"}


def test_a_fragment_keeps_its_order_and_skips_comments() -> None:
    fragment = parse_fragment("f", "# why\nCONFIG_B=y\n\n# CONFIG_A is not set\nCONFIG_C=n\n")
    assert fragment.asks == (("B", "y"), ("A", "n"), ("C", "n"))


@pytest.mark.parametrize("line", ["CONFIG_A", "A=y", "source x", "CONFIG_A = y"])
def test_a_slip_in_a_fragment_is_named_with_its_line(line: str) -> None:
    with pytest.raises(ConfigError, match=r"fragment f, line 2"):
        parse_fragment("f", f"# first\n{line}\n")


def test_two_values_for_one_option_are_a_slip() -> None:
    with pytest.raises(ConfigError, match="asked for twice"):
        parse_fragment("f", "CONFIG_A=y\nCONFIG_A=n\n")


def test_dependencies_are_the_entry_s_and_those_around_it() -> None:
    assert dependencies(_KCONFIG, "OWN_RING") == ("PCI", "OWN && NET", "!OTHER")
    assert dependencies(_KCONFIG, "OWN") == ("PCI",)
    assert dependencies(_KCONFIG, "AFTER") == ()
    assert dependencies(_KCONFIG, "NOT_THERE") == ()
