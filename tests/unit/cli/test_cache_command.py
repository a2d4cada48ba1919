# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview cache``, on folders of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vreview.cli.boundary import guarded
from vreview.cli.commands import app_for


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, used in (("old", 1_000_000_000), ("new", None)):
        run = tmp_path / "state/vreview/runs" / name
        run.mkdir(parents=True)
        (run / "run.json").write_text(json.dumps({"names": [f"{name}\x1b[31m.mbox"]}))
        if used:
            for path in (run / "run.json", run):
                os.utime(path, (used, used))
    return tmp_path


def vreview(*argv: str) -> int:
    words = ["cache", *argv]
    return guarded(lambda: app_for(words)(words, prog_name="vreview", standalone_mode=False))


def test_a_dry_run_names_what_would_go(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vreview("prune", "--dry-run") == 0
    out = capsys.readouterr().out
    assert "would remove 1 entry" in out
    assert f"{home}/state/vreview/runs/old" in out
    assert "\x1b" not in out
    assert (home / "state/vreview/runs/old").is_dir()


def test_prune_then_list(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vreview("prune") == 0
    assert "removed 1 entry" in capsys.readouterr().out
    assert vreview("list") == 0
    out = capsys.readouterr().out
    assert "runs/new" in out
    assert "runs/old" not in out
    assert "in 1 entries" not in out


def test_a_size_that_is_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vreview("prune", "--max-size", "much") == 2
    assert "hint: like 500M or 20G" in capsys.readouterr().err
