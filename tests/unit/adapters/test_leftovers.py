# SPDX-License-Identifier: GPL-2.0-or-later
"""Temporary folders whose owner was killed go, those of living owners stay."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vreview.adapters.leftovers import scratch, sweep

OWNER = """
import signal, subprocess, sys
from vreview.adapters.leftovers import scratch
with scratch("test") as folder:
    child = subprocess.Popen(["sh", "-c", "read line", f"{folder}/program"],
                             stdin=subprocess.PIPE, start_new_session=True, pass_fds=[])
    print(folder, child.pid, flush=True)
    signal.pause()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@contextmanager
def owner() -> Iterator[tuple[subprocess.Popen[str], Path, int]]:
    """Another process with a folder and a program that runs out of it."""
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as made:
        assert made.stdout is not None
        folder, pid = made.stdout.readline().split()
        try:
            yield made, Path(folder), int(pid)
        finally:
            made.kill()


def test_it_goes_with_the_block(place: Path) -> None:
    with scratch("test") as folder:
        (folder / "sub").mkdir()
        assert sweep() == ()
        assert folder.is_dir()
    assert list(place.iterdir()) == []


def test_the_folder_of_a_living_process_stays() -> None:
    with owner() as (_, folder, pid):
        assert sweep() == ()
        assert folder.is_dir()
        assert Path(f"/proc/{pid}").exists()


def test_the_folder_of_a_killed_process_goes_with_what_runs_out_of_it() -> None:
    with owner() as (process, folder, pid):
        orphan = _pidfd(pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert folder.is_dir()
        assert sweep() == (folder,)
        assert not folder.exists()
        assert orphan.poll(10_000)  # it has ended
        assert sweep() == ()


def test_what_is_not_a_folder_of_ours_stays(place: Path) -> None:
    (place / "vreview-bug-1.txt").write_text("")
    (place / "elsewhere").mkdir()
    (place / "vreview-owned-boot-link").symlink_to(place / "elsewhere")
    (place / "vreview-gcov-x").mkdir()  # nobody locked it, and it is no folder of scratch's
    assert sweep() == ()
    assert len(list(place.iterdir())) == 4


def _pidfd(pid: int) -> select.poll:
    poller = select.poll()
    poller.register(os.pidfd_open(pid), select.POLLIN)
    return poller
