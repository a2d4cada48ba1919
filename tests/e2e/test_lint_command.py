# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview lint`` as it is typed: a real repository, real diffs, its output and exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
static int port_set(struct port *port, int value)
{
	if (!port)
		return -ENODEV;
	if (value > port->max)
		return -EINVAL;
	port->value = value;
	return 0;
}
"""
BAD = GOOD.replace("-EINVAL", "EINVAL")
PATH = "drivers/demo/port.c"


def git(tree: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", tree, *args], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with the good function in its only commit."""
    folder = tmp_path / "tree"
    file = folder / PATH
    file.parent.mkdir(parents=True)
    file.write_text(GOOD)
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    return folder


def diff_to(tree: Path, text: str) -> Path:
    """A bare diff from the commit to ``text``; the checkout is left as it was."""
    (tree / PATH).write_text(text)
    patch = tree.parent / f"{len(list(tree.parent.iterdir()))}.patch"
    patch.write_text(git(tree, "diff"))
    git(tree, "checkout", "-q", "--", ".")
    return patch


def lint(tmp_path: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    homes = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "STATE", "CONFIG")}
    return subprocess.run(
        [sys.executable, "-m", "vreview", "lint", *map(str, args)],
        capture_output=True,
        text=True,
        env={**os.environ, **homes},
        check=False,
    )


def test_a_finding_is_a_line_that_an_editor_can_jump_to(tree: Path, tmp_path: Path) -> None:
    done = lint(tmp_path, "--tree", tree, "--base", "main", diff_to(tree, BAD))
    assert done.stdout.splitlines()[0] == (
        f"{PATH}:6: error: port_set() returns EINVAL without a minus sign [errno/positive-errno]"
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_nothing_new_is_silence(tree: Path, tmp_path: Path) -> None:
    done = lint(tmp_path, "--tree", tree, diff_to(tree, GOOD.replace("value;", "value + 1;")))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_rule_that_is_off_in_the_settings_is_silent(tree: Path, tmp_path: Path) -> None:
    off = "rules_off=errno/positive-errno"
    done = lint(tmp_path, "--tree", tree, "-c", off, diff_to(tree, BAD))
    assert (done.returncode, done.stdout) == (0, "")


def test_without_a_tree_the_hunks_are_enough(tree: Path, tmp_path: Path) -> None:
    done = lint(tmp_path, "--no-tree", diff_to(tree, BAD))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == (
        "note: there was no tree: only the hunks' own text was read"
    )


def test_each_file_is_a_line_of_json_and_none_kills_the_rest(tree: Path, tmp_path: Path) -> None:
    bad = diff_to(tree, BAD)
    good = diff_to(tree, GOOD.replace("value;", "value + 1;"))
    elsewhere = tmp_path / "elsewhere.patch"
    elsewhere.write_text(bad.read_text().replace("port->max", "port->most"))
    empty = tmp_path / "empty.patch"
    empty.write_text("")
    files = [bad, elsewhere, empty, tmp_path / "absent.patch", good]
    done = lint(tmp_path, "--tree", tree, "--base", "main", "--format", "jsonl", "--each", *files)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["series"] for row in rows] == [str(file) for file in files]
    assert [row["applied"] for row in rows] == [True, False, False, False, True]
    assert all(row["why"] for row in rows if not row["applied"])
    assert [len(row["findings"]) for row in rows] == [1, 0, 0, 0, 0]
    (finding,) = rows[0]["findings"]
    assert {
        k: finding[k] for k in ("rule", "category", "severity", "file", "line", "function")
    } == {
        "rule": "errno/positive-errno",
        "category": "errno",
        "severity": "error",
        "file": PATH,
        "line": 6,
        "function": "port_set",
    }
    assert (done.returncode, done.stderr) == (1, "")


def test_a_series_that_does_not_apply_is_bad_input(tree: Path, tmp_path: Path) -> None:
    patch = diff_to(tree, BAD)
    patch.write_text(patch.read_text().replace("port->max", "port->most"))
    done = lint(tmp_path, "--tree", tree, "--base", "main", patch)
    assert (done.returncode, done.stdout) == (2, "")
    assert "does not apply" in done.stderr
    assert "hint: --no-tree" in done.stderr
