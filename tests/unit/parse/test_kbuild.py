# SPDX-License-Identifier: GPL-2.0-or-later
"""On which options a file is compiled, from Makefiles alone."""

from __future__ import annotations

import pytest

from vreview.model.condition import (
    ALWAYS,
    Condition,
    Every,
    Module,
    Off,
    On,
    Some,
    Unclear,
)
from vreview.parse.kbuild import condition_of, objects_named, parse_makefile

_TREE = {
    "Makefile": "core-y := kernel/\ncore-$(CONFIG_BLOCK) += block/\ndrivers-y := drivers/\n",
    "Kbuild": "obj-y += arch/$(SRCARCH)/\n",
    "arch/x86/Kbuild": "obj-$(CONFIG_KVM) += kvm/\n",
    "arch/x86/kvm/Makefile": (
        "KVM := ../../../virt/kvm\nkvm-y += x86.o $(KVM)/kvm_main.o\nobj-$(CONFIG_KVM) += kvm.o\n"
    ),
    "block/Makefile": "obj-y := bio.o\n",
    "drivers/Makefile": "obj-y += net/ gpu/\nobj-$(CONFIG_MMC) += mmc/\n",
    "drivers/mmc/Makefile": "obj-$(subst m,y,$(CONFIG_MMC)) += host/\n",
    "drivers/mmc/host/Makefile": "obj-$(CONFIG_MMC_A) += a.o\n",
    "drivers/net/Makefile": """
# a comment obj-y += commented.o
obj-$(CONFIG_NET_A) += a.o \\
\tb.o
a-y := core.o          # core only
a-$(CONFIG_A_DEBUG) += debug.o
list = x.o $(more)
more := y.o
b-objs := $(list) $(addprefix sub/, z.o)
ifdef CONFIG_B_EXTRA
b-y += extra.o
else
b-y += plain.o
endif
ifeq ($(CONFIG_C),y)
obj-y += c.o
else ifneq ($(CONFIG_D)$(CONFIG_E),)
obj-y += d.o
endif
obj-m += loose.o
ifeq ($(ARCH),arm)
obj-y += arm.o
endif
ifeq ($(call cc-option,-mfoo),)
obj-y += odd.o
endif
recipe: dep
\techo obj-y += not.o
""",
    "drivers/gpu/Makefile": "obj-$(CONFIG_GPU) += amd/amdgpu/\n",
    "drivers/gpu/amd/amdgpu/Makefile": (
        "NAME = amd\nROOT = $(UP)/$(NAME)\nUP = $(TOP)/$(src)/../..\nTOP = $(srctree)\n"
        "FULL = $(ROOT)\ninclude $(FULL)/kfd/Makefile\n"
        "LIBS = one two\ninclude $(addsuffix /Makefile, $(addprefix $(FULL)/,$(LIBS)))\n"
        "obj-$(CONFIG_GPU) += amdgpu.o\namdgpu-y := device.o $(KFD) $(ONE)\n"
    ),
    "drivers/gpu/amd/kfd/Makefile": "KFD := ../kfd/bo.o\n",
    "drivers/gpu/amd/one/Makefile": "ONE := ../one/dc.o\n",
}


def _both(*parts: Condition) -> Condition:
    return Every(parts)


@pytest.mark.parametrize(
    ("path", "condition"),
    [
        ("block/bio.c", On("BLOCK")),
        ("drivers/net/core.c", On("NET_A")),
        ("drivers/net/debug.c", _both(On("A_DEBUG"), On("NET_A"))),
        ("drivers/net/x.c", On("NET_A")),
        ("drivers/net/y.c", On("NET_A")),
        ("drivers/net/sub/z.c", On("NET_A")),
        ("drivers/net/extra.c", _both(On("B_EXTRA"), On("NET_A"))),
        ("drivers/net/plain.c", _both(Off("B_EXTRA"), On("NET_A"))),
        ("drivers/net/c.c", On("C")),
        ("drivers/net/d.c", _both(Off("C"), Some((On("D"), On("E"))))),
        ("drivers/net/loose.c", Module()),
        ("drivers/net/arm.c", None),
        ("drivers/net/commented.c", None),
        ("drivers/net/not.c", None),
        ("drivers/net/odd.c", Unclear("$(call cc-option,-mfoo),")),
        ("drivers/mmc/host/a.c", _both(On("MMC_A"), On("MMC"))),
        ("drivers/gpu/amd/amdgpu/device.c", On("GPU")),
        ("drivers/gpu/amd/kfd/bo.c", On("GPU")),
        ("drivers/gpu/amd/one/dc.c", On("GPU")),
        ("arch/x86/kvm/x86.c", On("KVM")),
        ("virt/kvm/kvm_main.c", On("KVM")),
        ("kernel/gone.c", None),
    ],
)
def test_condition(path: str, condition: Condition | None) -> None:
    assert condition_of(path, _TREE.get) == condition


def test_lists_that_name_each_other_end() -> None:
    made = parse_makefile("a-y = $(b-y)\nb-y = $(a-y) x.o\nobj-y += a.o\n")
    assert made.made("x.o") == ALWAYS
    assert parse_makefile("x-y := y.o\ny-y := x.o\n").made("x.o") is None


@pytest.mark.parametrize("text", ["ifeq (", "endif\nelse\n", "obj-$( += x.o", "define x\n", "\\"])
def test_what_is_no_makefile_is_read_without_complaint(text: str) -> None:
    assert parse_makefile(f"{text}\n").made("x.o") is None


def test_the_sources_of_a_folder() -> None:
    tree = {"d/Makefile": "obj-y += a.o sub/\na-y := b.o\n"}
    assert objects_named("d", tree.get) == ("d/a.c", "d/b.c")
