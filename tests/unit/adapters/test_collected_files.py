# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that a guest sends back: whole or not at all, whatever it says."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from vreview.adapters.boot import guestroot
from vreview.adapters.boot.collected import MOST_FILE_BYTES, collected_files
from vreview.ports import GuestJob

HELLO = b"file /a/b\naGVs\nbG8=\nend\n"


def test_a_files_lines_are_one_whole() -> None:
    assert collected_files(HELLO) == (("/a/b", b"hello"),)
    assert collected_files(HELLO.replace(b"\n", b"\r\n")) == (("/a/b", b"hello"),)


def test_an_empty_file_is_a_file() -> None:
    assert collected_files(b"file /a\nend\n") == (("/a", b""),)


@pytest.mark.parametrize(
    "stream",
    [
        b"file /a/b\naGVsbG8=\n",
        b"aGVsbG8=\nend\n",
        b"file /a/b\nno base64!\nend\n",
        b"file /a/b\naGVsbG8\nend\n",
        b"file a/b\naGVsbG8=\nend\n",
        b"file /a/../b\naGVsbG8=\nend\n",
        b"file /a\x1b[31m\naGVsbG8=\nend\n",
        b"file /a\n" + b"AAAA" * (MOST_FILE_BYTES // 3 + 2) + b"\nend\n",
    ],
    ids=["cut", "no name", "no base64", "cut base64", "relative", "upwards", "escape", "large"],
)
def test_what_is_not_plain_and_whole_is_left_out(stream: bytes) -> None:
    assert collected_files(stream) == ()
    assert collected_files(stream + HELLO)[-1:] == (("/a/b", b"hello"),)


def test_the_first_of_two_counts() -> None:
    assert collected_files(HELLO + b"file /a/b\neHg=\nend\n") == (("/a/b", b"hello"),)


@pytest.fixture
def job(tmp_path: Path) -> GuestJob:
    return GuestJob(("/bin/true",), tmp_path, collect=(str(tmp_path / "out"), "/no/such"))


def script(job: GuestJob) -> bytes:
    (found,) = (
        f.data
        for f in guestroot.guest_files(job, with_folder=False)
        if f.path == guestroot.SCRIPT[1:]
    )
    return found


def test_the_scripts_own_words_are_read_back(job: GuestJob) -> None:
    """The lines of the script that collect, run here by busybox as in the guest."""
    folder = job.folder / "out" / "deep"
    folder.mkdir(parents=True)
    (folder / "data").write_bytes(bytes(range(256)) * 9)
    (folder / "link").symlink_to("data")
    begin = script(job).index(b"busybox find")
    end = script(job).index(b"done >&5") + len(b"done >&5")
    lines = script(job)[begin:end]
    sent = job.folder / "sent"
    subprocess.run(
        ["busybox", "sh", "-c", b'exec 5>"$0"\n' + lines, str(sent)],
        check=True,
        env={"PATH": "/bin:/usr/bin"},
    )
    assert collected_files(sent.read_bytes()) == ((str(folder / "data"), bytes(range(256)) * 9),)


def test_a_job_that_collects_nothing_needs_no_port(job: GuestJob) -> None:
    assert b"find" in script(job)
    assert b"find" not in script(replace(job, collect=()))
    subprocess.run(["busybox", "sh", "-n"], input=script(job), check=True)
