# SPDX-License-Identifier: GPL-2.0-or-later
"""The compiler's command out of a .cmd file."""

from __future__ import annotations

import pytest

from vreview.adapters.kbuild.units import compiler_command

_LINE = (
    "{key}_drivers/demo/port.o := {launcher}gcc -Wp,-MMD,drivers/demo/.port.o.d -nostdinc "
    "-I/src/include -include /src/include/linux/kconfig.h -D__KERNEL__ "
    "-DKBUILD_MODNAME='\"port\"' -DMARK=$(pound)$$x -c -o drivers/demo/port.o "
    "/src/drivers/demo/port.c {after}\n\nsource_drivers/demo/port.o := /src/drivers/demo/port.c\n"
)


@pytest.mark.parametrize("key", ["cmd", "savedcmd"])
@pytest.mark.parametrize("launcher", ["", "ccache "])
@pytest.mark.parametrize("after", ["", " ; ./tools/objtool/objtool --orc drivers/demo/port.o"])
def test_flags_stay_and_outputs_go(key: str, launcher: str, after: str) -> None:
    text = _LINE.format(key=key, launcher=launcher, after=after)
    assert compiler_command(text, "drivers/demo/port.c") == (
        "gcc", "-nostdinc", "-I/src/include", "-include", "/src/include/linux/kconfig.h",
        "-D__KERNEL__", '-DKBUILD_MODNAME="port"', "-DMARK=#$x",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "source_x.o := x.c\n", "cmd_x.o := gcc 'unended\n"])
def test_a_text_without_a_command_gives_none(text: str) -> None:
    assert compiler_command(text, "x.c") == ()
