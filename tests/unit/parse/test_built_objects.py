# SPDX-License-Identifier: GPL-2.0-or-later
"""Real archives and objects: what ar and gcc make of small sources."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from vreview.parse.objectcode import code_digest
from vreview.parse.thinarchive import members

pytestmark = pytest.mark.skipif(
    not (shutil.which("gcc") and shutil.which("ar")), reason="gcc and ar are not installed"
)
_SOURCE = """
int printf(const char *, ...);
#define PASTE(a, b, c) a##b##c
#define NAME(a, b, c) PASTE(a, b, c)
static int NAME(__initcall__kmod_a__310_, __LINE__, _go6) __attribute__((used)) = 1;
static int calls;
int limit = 7;
static int helper(int a) { calls++; return a > limit ? printf("%d", a) : 0; }
int go(int n) { int i, s = 0; for (i = 0; i < n; i++) s += helper(i); return s; }
"""
_GCOV = ("-fprofile-arcs", "-ftest-coverage")


def _object(folder: Path, text: str, *flags: str, name: str = "a") -> bytes:
    (folder / f"{name}.c").write_text(text)
    argv = ("gcc", "-O2", "-g", *flags, "-c", f"{name}.c", "-o", f"{name}.o")
    subprocess.run(argv, cwd=folder, check=True)
    return (folder / f"{name}.o").read_bytes()


@pytest.mark.parametrize("flags", [(), _GCOV], ids=["plain", "gcov"])
def test_only_what_the_code_does_counts(tmp_path: Path, flags: tuple[str, ...]) -> None:
    def digest(text: str) -> str | None:
        return code_digest(_object(tmp_path, text, *flags))

    first = digest(_SOURCE)
    assert first is not None
    assert digest(f"/* a comment */\n\n#define UNUSED 1\n{_SOURCE}") == first
    assert digest(_SOURCE.replace("a > limit", "a >= limit")) != first
    assert digest(_SOURCE.replace("limit = 7", "limit = 8")) != first
    assert digest(_SOURCE.replace("printf", "sprint")) != first
    assert digest(_SOURCE.replace("%d", "%x")) != first


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"!<thin>\n", b"\x7fELF\x02\x01" + b"\0" * 80])
def test_what_is_no_object_has_no_digest(data: bytes) -> None:
    assert code_digest(data) is None


def test_an_object_that_was_cut_has_no_digest_or_ends_all_the_same(tmp_path: Path) -> None:
    whole = _object(tmp_path, _SOURCE)
    assert code_digest(whole[: len(whole) // 2]) is None


def test_the_members_of_nested_thin_archives(tmp_path: Path) -> None:
    names = ["a.o", "with-a-rather-long-name.o"]
    (tmp_path / "sub").mkdir()
    for name in names:
        _object(tmp_path / "sub", _SOURCE.replace("go", f"go{len(name)}"), name=name[:-2])

    def ar(archive: str, *members: str) -> None:
        subprocess.run(("ar", "cDPrST", archive, *members), cwd=tmp_path, check=True)

    ar("sub/built-in.a", *(f"sub/{name}" for name in names))
    ar("vmlinux.a", "sub/built-in.a")
    told = subprocess.run(
        ("ar", "t", "vmlinux.a"), cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout.split()
    assert members((tmp_path / "sub/built-in.a").read_bytes()) == tuple(names)
    assert list(members((tmp_path / "vmlinux.a").read_bytes()) or ()) == told
    assert told == [f"sub/{name}" for name in names]


def test_an_archive_with_contents_is_not_for_us() -> None:
    assert members(b"!<arch>\nxx") is None
