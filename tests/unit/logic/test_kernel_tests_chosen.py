# SPDX-License-Identifier: GPL-2.0-or-later
"""The touched files choose the kernel's own tests, and each choice says why."""

from __future__ import annotations

import pytest

from vreview.logic.kunitoptions import kunit_asks
from vreview.logic.testchoice import SELFTESTS, Chooser, fit, told
from vreview.parse.maintainers import sections
from vreview.parse.testtables import kunit_table, selftest_table

SUITE = 'struct kunit_suite s = {{ .name = "{0}" }};\nkunit_test_suite(s);\n'
TREE = {
    "drivers/quux/Makefile": "obj-$(CONFIG_QUUX_KUNIT_TEST) += ring-test.o\n",
    "drivers/quux/ring-test.c": SUITE.format("quux-ring"),
    "drivers/quux/Kconfig": "config QUUX_KUNIT_TEST\n\ttristate\n\tdepends on KUNIT=y && QUUX\n"
    "config QUUX\n\ttristate\n\tdepends on PCI || USB\n\tdepends on NET\n",
    "drivers/frob/tests/Makefile": "obj-$(CONFIG_FROB_KUNIT_TEST) += a_test.o b_test.o\n",
    "drivers/frob/tests/a_test.c": SUITE.format("frob-a"),
    "drivers/frob/tests/b_test.c": SUITE.format("frob-b"),
    "drivers/frob/tests/.kunitconfig": "CONFIG_KUNIT=y\nCONFIG_FROB=y\nCONFIG_FROB_KUNIT_TEST=y\n",
    "lib/Makefile": "obj-$(CONFIG_LIST_TEST) += list-test.o\nobj-$(CONFIG_TEST_X) += test_x.o\n",
    "lib/list-test.c": SUITE.format("list"),
    "lib/test_x.c": "module_init(x);\n",
    "kernel/old/sub.c": "",
    f"{SELFTESTS}/size/Makefile": "",
}
MAINTAINERS = """
QUEUES
F:\tlib/queue.c
F:\tinclude/linux/queue*
F:\tlib/list-test.c

FUTEX
F:\tkernel/futex/
F:\ttools/testing/selftests/futex/

NET
F:\tnet/
F:\ttools/testing/selftests/net/
"""
KUNIT = kunit_table(
    'broad = ["lib"]\n[[test]]\nsource = "lib/list-test.c"\nfiles = ["include/linux/list.h"]\n',
    source="k",
)
SELF = selftest_table(
    '[[target]]\nname = "size"\nfiles = ["init/main.c"]\n'
    '[[target]]\nname = "gone"\nfiles = ["init/main.c"]\n'
    '[[unfit]]\ntargets = ["net"]\nwhy = "it wants bash"\n',
    source="s",
)
CHOOSER = Chooser(
    TREE.get, sections(MAINTAINERS), ("futex", "futex/functional", "net", "core", "seccomp"),
    KUNIT, SELF,
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "symbol", "suites", "how"),
    [
        ("drivers/quux/ring.c", "QUUX_KUNIT_TEST", ("quux-ring",), "the test has its name"),
        ("drivers/quux/bus.c", "QUUX_KUNIT_TEST", ("quux-ring",), "the test lies beside it"),
        ("drivers/quux/ring-test.c", "QUUX_KUNIT_TEST", ("quux-ring",), "it is the test"),
        ("drivers/frob/x.c", "FROB_KUNIT_TEST", ("frob-a", "frob-b"),
         "the tests of its folder are in drivers/frob/tests"),
        ("lib/list_debug.c", "LIST_TEST", ("list",), "the test has its name"),
        ("include/linux/list.h", "LIST_TEST", ("list",), "the table of tests says so"),
        ("include/linux/queue_types.h", "LIST_TEST", ("list",), "MAINTAINERS: QUEUES"),
    ],
)  # fmt: skip
def test_a_file_chooses_its_unit_tests(
    path: str, symbol: str, suites: tuple[str, ...], how: str
) -> None:
    (test,) = CHOOSER.choose([path]).kunit
    assert (test.symbol, test.suites) == (symbol, suites)
    assert str(test.because) == f"{path} ({how})"


@pytest.mark.parametrize(
    ("path", "targets"),
    [
        ("init/main.c", ["size"]),
        ("kernel/futex/core.c", ["futex"]),
        ("kernel/seccomp.c", ["seccomp"]),
        ("drivers/seccomp.c", []),
        ("net/core/dev.c", ["net"]),
        (f"{SELFTESTS}/futex/functional/a.c", ["futex/functional"]),
        (f"{SELFTESTS}/unknown/a.c", []),
        ("lib/x.c", []),
        ("Documentation/x.rst", []),
    ],
)
def test_a_file_chooses_its_selftests(path: str, targets: list[str]) -> None:
    assert [one.target for one in CHOOSER.choose([path]).selftests] == targets


def test_in_a_folder_of_many_things_a_test_beside_a_file_is_not_its_test() -> None:
    chosen = CHOOSER.choose(["lib/x.c", "lib/sort.c", "Documentation/a.rst", "lib/Makefile"])
    assert chosen.kunit == ()
    assert chosen.uncovered == ("lib/sort.c", "lib/x.c")


def test_what_runs_and_what_does_not_is_told() -> None:
    chosen = CHOOSER.choose(["drivers/quux/bus.c", "net/core/dev.c", "kernel/old/sub.c"])
    assert fit(chosen.selftests, SELF) == ()
    assert told(chosen, SELF) == (
        "kunit: quux-ring, chosen because of drivers/quux/bus.c (the test lies beside it)",
        "kselftest: net, chosen because of net/core/dev.c (MAINTAINERS: NET): not run, because it"
        " wants bash",
        "no test of the kernel's own covers kernel/old/sub.c",
    )


def test_a_target_gives_way_to_its_own_folders() -> None:
    chosen = CHOOSER.choose(["kernel/futex/core.c", f"{SELFTESTS}/futex/functional/a.c"])
    assert [one.target for one in chosen.selftests] == ["futex/functional"]


def test_the_options_are_the_tests_own_its_folders_and_what_it_plainly_depends_on() -> None:
    chosen = CHOOSER.choose(["drivers/quux/bus.c", "drivers/frob/x.c"])
    assert kunit_asks(chosen.kunit, TREE.get) == (
        ("FROB", "y"), ("FROB_KUNIT_TEST", "y"), ("NET", "y"), ("QUUX", "y"),
        ("QUUX_KUNIT_TEST", "y"),
    )  # fmt: skip
