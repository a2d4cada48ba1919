# SPDX-License-Identifier: GPL-2.0-or-later
"""An image whose assembler file includes other bytes is another image, ccache or not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vreview.adapters.kbuild.make import IMAGE, Make

_MAKEFILE = r"""
bzImage:
	@mkdir -p $(O)/arch/x86/boot
	@cd $(O) && $(CC) -Wp,-MMD,piggy.d -c -o piggy.o $(CURDIR)/piggy.S
	@cp $(O)/piggy.o $(O)/arch/x86/boot/bzImage
"""


@pytest.mark.skipif(shutil.which("ccache") is None, reason="ccache is not installed")
@pytest.mark.parametrize("theirs", ["", "1"])
def test_included_bytes_of_the_same_length_are_not_taken_from_the_cache(
    theirs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCACHE_DIR", str(tmp_path / "ccache"))
    if theirs:
        monkeypatch.setenv("CCACHE_DEPEND", theirs)
    source, build = tmp_path / "source", tmp_path / "build"
    source.mkdir()
    build.mkdir()
    (source / "Makefile").write_text(_MAKEFILE)
    (source / "piggy.S").write_text('.section .rodata\n.incbin "payload"\n')
    make = Make(source=source, build=build, lock=tmp_path / "lock", cc="gcc")
    for payload in (b"first kernel", b"other kernel"):
        (build / "payload").write_bytes(payload)
        made = make.bzimage(jobs=1, log=tmp_path / "log", deadline_s=60, on_line=print)
        assert made.status == 0, made.log
        assert payload in (build / IMAGE).read_bytes()
