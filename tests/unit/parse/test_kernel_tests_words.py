# SPDX-License-Identifier: GPL-2.0-or-later
"""What Makefiles, sources, MAINTAINERS and our tables say about the kernel's own tests."""

from __future__ import annotations

import pytest

from vreview.errors import ConfigError
from vreview.parse.kunit import bare, is_kunit, kunit_objects, kunitconfig, suite_names
from vreview.parse.maintainers import matches, sections
from vreview.parse.testtables import kunit_table, selftest_table

MAKEFILE = """\
obj-y += core.o latest.o
obj-$(CONFIG_QUUX_KUNIT_TEST) += quux_kunit.o \\
				 quux-extra.o
obj-$(CONFIG_TEST_FROB)	+= test_frob.o frob.o
obj-${CONFIG_BAZ_TEST} += baz-test.o # the old one
obj-$(CONFIG_KUNIT) += kunit/
obj-$(CONFIG_CONTEST) += contest.o
"""


def test_the_objects_of_tests_are_found_with_their_options() -> None:
    assert [(o.symbol, o.stem, o.surely_kunit) for o in kunit_objects(MAKEFILE)] == [
        ("QUUX_KUNIT_TEST", "quux_kunit", True),
        ("QUUX_KUNIT_TEST", "quux-extra", True),
        ("TEST_FROB", "test_frob", False),
        ("BAZ_TEST", "baz-test", False),
    ]


def test_a_source_names_its_suites() -> None:
    source = """
static struct kunit_suite one = {
	.name = "quux-one",
	.test_cases = cases,
};
static struct kunit_suite other = { .init = f, .name = "quux other" };
kunit_test_suites(&one, &other);
"""
    assert suite_names(source) == ("quux-one", "quux other")
    assert is_kunit(source)
    assert not is_kunit("module_init(test_init);")
    assert suite_names("struct kunit_suite *s;") == ()


def test_a_kunitconfig_asks_for_modules_built_in() -> None:
    text = "CONFIG_KUNIT=y\n# CONFIG_X=y\nCONFIG_QUUX=m\nCONFIG_N=3\n# CONFIG_Y is not set\n"
    assert kunitconfig(text) == (("KUNIT", "y"), ("QUUX", "y"), ("N", "3"))


@pytest.mark.parametrize(
    ("stem", "name"),
    [("list-test", "list"), ("test_sort", "sort"), ("test", ""), ("kunit-test", ""),
     ("dev_addr_lists_test", "dev_addr_lists"), ("contest", "contest")],
)  # fmt: skip
def test_what_a_test_is_about(stem: str, name: str) -> None:
    assert bare(stem) == name


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("drivers/quux/", "drivers/quux/a/b.c", True),
        ("drivers/quux/", "drivers/quuxes/b.c", False),
        ("drivers/quux", "drivers/quux/b.c", True),
        ("drivers/quux/*", "drivers/quux/b.c", True),
        ("drivers/quux/*", "drivers/quux/a/b.c", False),
        ("drivers/*/b.c", "drivers/quux/b.c", True),
        ("*/quux/", "drivers/quux/a/b.c", True),
        ("lib/list.c", "lib/list.c", True),
        ("lib/list.c", "lib/list.c.orig", False),
    ],
)
def test_a_pattern_covers_what_get_maintainer_says(pattern: str, path: str, covered: bool) -> None:
    assert matches(path, pattern) is covered


def test_sections_keep_files_and_exceptions_and_the_one_for_everything_goes() -> None:
    text = """Head
Maintainers List
----------------

QUUX BUS
M:\tAda <ada@example.org>
F:\tdrivers/quux/
X:\tdrivers/quux/old/

THE REST
F:\t*
F:\t*/
"""
    (quux,) = sections(text)
    assert quux.title == "QUUX BUS"
    assert quux.covers("drivers/quux/a.c")
    assert not quux.covers("drivers/quux/old/a.c")


def test_the_tables_are_read_and_a_wrong_row_is_named() -> None:
    kunit = kunit_table(
        'broad = ["lib"]\n[[test]]\nsource = "lib/a.c"\nfiles = ["b.h"]\n', source="k"
    )
    assert kunit.broad == {"lib"}
    assert kunit.rows[0].files == ("b.h",)
    table = selftest_table(
        '[[target]]\nname = "size"\nfiles = ["a"]\nprograms = ["x"]\noptions = ["Y"]\n'
        '[[unfit]]\ntargets = ["net"]\nwhy = "it wants bash"\n',
        source="s",
    )
    assert table.programs("size") == ("x",)
    assert table.row("size").options == ("Y",)
    assert table.programs("other") == ()
    assert [table.why_unfit(t) for t in ("net", "net/mptcp", "nets")] == [
        "it wants bash", "it wants bash", "",
    ]  # fmt: skip
    with pytest.raises(ConfigError, match="s: target 1: files must be a list"):
        selftest_table('[[target]]\nname = "size"\nfiles = "a"\n', source="s")
    with pytest.raises(ConfigError, match="there is no key 'file'"):
        kunit_table('[[test]]\nfile = "a"\n', source="k")
