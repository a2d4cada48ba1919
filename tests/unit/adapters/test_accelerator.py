# SPDX-License-Identifier: GPL-2.0-or-later
"""The accelerator's answer is kept, and asked for again when what it depends on has changed."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vreview.adapters.boot import accelerator
from vreview.adapters.boot.accelerator import boot_sector, probe

pytestmark = pytest.mark.skipif(
    not shutil.which("qemu-system-x86_64"), reason="QEMU is not installed"
)


def at(hour: int) -> datetime:
    return datetime(2026, 1, 2, hour, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device of this machine may take 20 s to fail: that is for the boot tests."""
    monkeypatch.setattr(accelerator, "_DEVICE", Path("/dev/not-there"))


def test_without_the_device_it_is_tcg_and_says_why(tmp_path: Path) -> None:
    found = probe(cache=tmp_path, now=lambda: at(3))
    assert (found.name, found.why) == ("tcg", "there is no /dev/not-there")
    assert found.when == "2026-01-02T03:00:00+00:00"


def test_the_answer_is_kept_until_it_is_refreshed(tmp_path: Path) -> None:
    first = probe(cache=tmp_path, now=lambda: at(3))
    assert probe(cache=tmp_path, now=lambda: at(4)) == first
    assert probe(cache=tmp_path, refresh=True, now=lambda: at(5)).when != first.when


def test_another_qemu_asks_again(tmp_path: Path) -> None:
    first = probe(cache=tmp_path, now=lambda: at(3))
    store = tmp_path / "accelerator.json"
    record = json.loads(store.read_text())
    store.write_text(json.dumps({**record, "key": "QEMU emulator version 1"}))
    assert probe(cache=tmp_path, now=lambda: at(6)) != first


def test_a_damaged_answer_is_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "accelerator.json").write_text("{")
    assert probe(cache=tmp_path).name == "tcg"


def test_the_boot_sector_is_one_and_runs(tmp_path: Path) -> None:
    sector = tmp_path / "sector"
    sector.write_bytes(boot_sector())
    assert len(sector.read_bytes()) == 512
    qemu = accelerator.qemu_program()
    command = accelerator._sector_command(qemu, sector, accelerator="tcg")
    status, said = accelerator._run(command)
    assert (status, said) == (accelerator._EXITED, "")
