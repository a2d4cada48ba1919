# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a touched file is not in a kernel."""

from __future__ import annotations

import pytest

from vreview.adapters.kbuild.compiled import split_touched
from vreview.logic.treeoptions import TreeOptions

_TREE = {
    "Makefile": "drivers-y := drivers/\ncore-y += arch/$(SRCARCH)/\n",
    "arch/x86/Kbuild": "obj-y += mm/\n",
    "drivers/Makefile": "obj-y += own/\nobj-$(CONFIG_BUS) += bus/ \\\n\tbus2/\n",
    "drivers/own/Makefile": (
        "own-y := core.o\n"
        "own-$(CONFIG_OWN_DEBUG) += debug.o\n"
        "own-objs += \\\n\tring.o\n"
        "obj-$(CONFIG_OWN) += own.o\n"
        "obj-$(CONFIG_ON) += on.o\n"
    ),
    "drivers/own/core.c": "",
    "drivers/own/debug.c": "",
    "drivers/own/ring.c": "",
    "drivers/own/on.c": "",
    "drivers/own/loose.c": "",
    "drivers/own/own.h": "",
    "drivers/bus2/Kbuild": "obj-y += x.o\n",
    "drivers/bus2/x.c": "",
    "tools/own.c": "",
    "arch/arm/x.c": "",
    "arch/x86/x.c": "",
}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("drivers/own/core.c", "CONFIG_OWN is not set"),
        ("drivers/own/ring.c", "CONFIG_OWN is not set"),
        ("drivers/own/debug.c", "CONFIG_OWN_DEBUG is not set"),
        ("drivers/bus2/x.c", "CONFIG_BUS is not set"),
        ("drivers/own/on.c", "no object that this config asks for is made of it"),
        ("drivers/own/loose.c", "no object that this config asks for is made of it"),
        ("drivers/own/own.h", "no compiled file includes it"),
        ("drivers/own/gone.c", "it is not in this tree"),
        ("tools/own.c", "it is not a part of the kernel image"),
        ("arch/arm/x.c", "this kernel is for x86"),
        ("arch/x86/x.c", "no object that this config asks for is made of it"),
    ],
)
def test_reason(path: str, why: str) -> None:
    assert TreeOptions(_TREE.get).first_reason(path, {"ON": "y"}) == why


def test_a_makefile_that_goes_round_in_circles_ends() -> None:
    tree = {"a/Makefile": "x-y := y.o\ny-y := x.o\n", "a/y.c": ""}
    why = TreeOptions(tree.get).first_reason("a/y.c", {})
    assert why == "no object that this config asks for is made of it"


def test_documents_and_makefiles_are_in_neither_list() -> None:
    touched = (
        "drivers/own/on.c",
        "drivers/own/Makefile",
        "Documentation/own.rst",
        "drivers/Kconfig",
    )
    assert split_touched(touched, ("drivers/own/on.c",), _TREE.get, {}) == (
        ("drivers/own/on.c",),
        (),
    )
