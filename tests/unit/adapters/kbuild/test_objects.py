# SPDX-License-Identifier: GPL-2.0-or-later
"""An O= folder after a kill."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vreview.adapters.kbuild.objects import mend

_COMMAND = "savedcmd_x.o := gcc\n\nsource_x.o := x.c\n\ndeps_x.o := \\\n  x.h \\\n\n$(deps_x.o):\n"


def _object(folder: Path, *, command: str | None, command_older: bool = False) -> Path:
    target = folder / "drivers" / "x.o"
    target.parent.mkdir()
    target.write_bytes(b"\x7fELF")
    os.utime(target, ns=(10**9, 10**9))
    if command is not None:
        path = target.with_name(".x.o.cmd")
        path.write_text(command)
        when = 10**9 - 1 if command_older else 10**9 + 1
        os.utime(path, ns=(when, when))
    return target


_OBJTOOL = "\nx.o: $(wildcard ./tools/objtool/objtool)\n"


@pytest.mark.parametrize("after", ["", _OBJTOOL], ids=["plain", "with objtool"])
def test_a_finished_object_stays(tmp_path: Path, after: str) -> None:
    target = _object(tmp_path, command=_COMMAND + after)
    assert mend(tmp_path) == ()
    assert target.is_file()


def test_an_object_without_dependencies_of_its_own_is_finished_too(tmp_path: Path) -> None:
    target = _object(tmp_path, command="savedcmd_built-in.a := ar\n")
    assert mend(tmp_path) == ()
    assert target.is_file()


@pytest.mark.parametrize(
    ("command", "command_older"),
    [(_COMMAND, True), (_COMMAND[:-20], False), ("savedcmd_x.o := gc", False), ("", False)],
    ids=["object newer than its command", "no end", "cut line", "empty"],
)
def test_a_half_made_object_goes_with_its_command(
    tmp_path: Path, command: str, command_older: bool
) -> None:
    target = _object(tmp_path, command=command, command_older=command_older)
    assert mend(tmp_path) == ("drivers/x.o",)
    assert list(target.parent.iterdir()) == []


def test_an_object_without_a_command_is_left_to_kbuild(tmp_path: Path) -> None:
    target = _object(tmp_path, command=None)
    assert mend(tmp_path) == ()
    assert target.is_file()
