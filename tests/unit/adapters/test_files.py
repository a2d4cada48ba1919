# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from vreview.adapters.files import locked, write_whole
from vreview.errors import StorageFailed


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file"
    write_whole(target, b"one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert [p.name for p in target.parent.iterdir()] == ["file"]


def test_a_full_disk_is_named_and_leaves_nothing() -> None:
    with pytest.raises(StorageFailed, match="/dev/full/x"):
        write_whole(Path("/dev/full/x"), b"data")


def test_a_failed_rename_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").touch()
    with pytest.raises(StorageFailed):
        write_whole(tmp_path / "folder", b"data")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def _count_up(path: Path, times: int) -> None:
    for _ in range(times):
        with locked(path.with_suffix(".lock")):
            path.write_text(str(int(path.read_text()) + 1))


def test_lock_keeps_others_out(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    workers = [multiprocessing.Process(target=_count_up, args=(counter, 50)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert counter.read_text() == "200"
