# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest programs' compiler, with a real C compiler."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from vreview.adapters.suites.guestbin import guest_program
from vreview.errors import CommandFailed, ConfigError

SOURCE = '#include <stdio.h>\nint main(void) { puts("%s"); return 0; }\n'


def a_program(sources: Path, text: str) -> None:
    (sources / "hello").mkdir(parents=True, exist_ok=True)
    (sources / "hello" / "hello.c").write_text(SOURCE % text)


def test_the_program_runs_and_is_kept(tmp_path: Path) -> None:
    a_program(tmp_path / "src", "first")
    first = guest_program(
        "hello", folder=tmp_path / "a", cache=tmp_path / "cache", sources=tmp_path / "src"
    )
    assert subprocess.run([first], capture_output=True, check=True).stdout == b"first\n"

    kept = next((tmp_path / "cache" / "guest").glob("*/hello"))
    kept.write_bytes(b"#!/bin/sh\necho kept\n")
    again = guest_program(
        "hello", folder=tmp_path / "b", cache=tmp_path / "cache", sources=tmp_path / "src"
    )
    assert again.read_bytes() == kept.read_bytes()
    assert os.access(again, os.X_OK)


def test_a_changed_source_is_compiled_again(tmp_path: Path) -> None:
    for text in ("first", "second"):
        a_program(tmp_path / "src", text)
        program = guest_program(
            "hello", folder=tmp_path / "out", cache=tmp_path / "cache", sources=tmp_path / "src"
        )
    assert subprocess.run([program], capture_output=True, check=True).stdout == b"second\n"


def test_the_compilers_words_are_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "src" / "bad").mkdir(parents=True)
    (tmp_path / "src" / "bad" / "bad.c").write_text("int main(void) { return nowhere; }\n")
    with pytest.raises(CommandFailed, match="nowhere"):
        guest_program("bad", folder=tmp_path / "out", sources=tmp_path / "src")


def test_an_unknown_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'nothing'"):
        guest_program("nothing", folder=tmp_path)


def test_what_is_common_is_compiled_in_and_part_of_the_key(tmp_path: Path) -> None:
    sources, common = tmp_path / "src", tmp_path / "src" / "common"
    (sources / "hello").mkdir(parents=True)
    (sources / "hello" / "hello.c").write_text(
        '#include <stdio.h>\n#include "said.h"\nint main(void) { puts(said()); return 0; }\n'
    )
    common.mkdir()
    (common / "said.h").write_text("const char *said(void);\n")
    for word in ("one", "two"):
        (common / "said.c").write_text(
            f'#include "said.h"\nconst char *said(void) {{ return "{word}"; }}\n'
        )
        program = guest_program(
            "hello", folder=tmp_path / "out", cache=tmp_path / "cache", sources=sources
        )
        done = subprocess.run([program], capture_output=True, check=True)
        assert done.stdout.decode() == word + "\n"
