# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's root, read back by the system's own cpio and busybox."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from vreview.adapters.boot.guestroot import cpio, guest_files, write_root
from vreview.ports import GuestJob

pytestmark = pytest.mark.skipif(not shutil.which("busybox"), reason="busybox is not installed")


@pytest.fixture
def job(tmp_path: Path) -> GuestJob:
    folder = tmp_path / "a job"
    (folder / "data").mkdir(parents=True)
    (folder / "program").write_bytes(b"#!/bin/sh\n")
    (folder / "program").chmod(0o755)
    (folder / "data" / "odd").write_bytes(b"abc")
    return GuestJob(("./program", "two words"), folder)


def test_the_archive_is_one_that_cpio_reads(job: GuestJob, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    archive = cpio(guest_files(job, with_folder=True))
    subprocess.run(["busybox", "cpio", "-id"], input=archive, cwd=out, check=True)
    inside = out / job.folder.relative_to("/")
    assert (inside / "data" / "odd").read_bytes() == b"abc"
    assert (inside / "program").stat().st_mode & 0o111
    assert not (inside / "data" / "odd").stat().st_mode & 0o111
    assert (out / "bin" / "sh").readlink() == Path("busybox")


def test_equal_jobs_give_equal_archives(job: GuestJob) -> None:
    first = cpio(guest_files(job, with_folder=True))
    for path in job.folder.rglob("*"):
        path.touch()
    assert cpio(guest_files(job, with_folder=True)) == first


def test_the_folder_stays_out_when_it_is_shared(job: GuestJob, tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_root(guest_files(job, with_folder=False), root)
    assert list((root / job.folder.relative_to("/")).iterdir()) == []


def test_the_script_is_a_shells_and_keeps_words_apart(job: GuestJob) -> None:
    (script,) = (f.data for f in guest_files(job, with_folder=False) if f.path == "vreview-job")
    subprocess.run(["busybox", "sh", "-n"], input=script, check=True)
    assert b"'two words'" in script


@pytest.mark.parametrize("given", ["file", "port"])
def test_the_secret_is_gone_before_the_job_starts(given: str, tmp_path: Path) -> None:
    """The runner as it is, with files for its ports and the root's paths moved below a folder."""
    ports = tmp_path / "ports"
    for number, name in enumerate(("vreview.out", "vreview.status")):
        (ports / f"vport{number}").mkdir(parents=True)
        (ports / f"vport{number}" / "name").write_text(name)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "vport1").write_text("" if given == "file" else "abcdef\n")
    look = "env; cat /proc/$$/cmdline /proc/$PPID/cmdline; cat ../vreview-secret; ls /proc/$$/fd"
    job = GuestJob(("busybox", "sh", "-c", look), tmp_path / "job")
    job.folder.mkdir()
    secret = "abcdef" if given == "file" else ""
    files = {f.path: f.data for f in guest_files(job, with_folder=False, secret=secret)}
    assert ("vreview-secret" in files) == (given == "file")
    for name in ("vreview-secret", "vreview-job"):
        if name in files:
            text = files[name].decode()
            for before in ("/sys/class/virtio-ports", "/dev/$", "/vreview-secret"):
                after = str(tmp_path) + before.replace("/sys/class/virtio-ports", "/ports")
                text = text.replace(before, after)
            (tmp_path / name).write_text(text.replace("export PATH=/bin:/sbin ", "export "))
    subprocess.run(["busybox", "sh", str(tmp_path / "vreview-job")], check=True)

    status = (tmp_path / "dev" / "vport1").read_text().splitlines()
    assert status[-2:] == ["started abcdef", "exit 0 abcdef"]
    begin, *seen, end = (tmp_path / "dev" / "vport0").read_text().splitlines()
    assert (begin, end) == ("abcdef begin", "abcdef end")
    assert seen
    assert "abcdef" not in "".join(seen)
    assert not (tmp_path / "vreview-secret").exists()
