# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview index`` and ``vreview rules mine`` on a small tree, as they are typed."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

USER = """static int use(int n)
{
	struct port *port = port_get(n);

	if (IS_ERR(port))
		return PTR_ERR(port);
	port_put(port);
	return 0;
}
"""
FILES = {
    "Makefile": "# a kernel\n",
    "Kconfig": "# a kernel\n",
    "kernel/Makefile": "# a kernel\n",
    "include/linux/port.h": "struct port *port_get(int n);\nvoid port_put(struct port *port);\n",
    "drivers/core.c": "struct port *port_get(int n)\n{\n\treturn ERR_PTR(-ENODEV);\n}\n",
    **{f"drivers/d{n % 4}/f{n}.c": f"/* {n} */\n{USER}" for n in range(12)},
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "-A"), (*person, "commit", "-qm", "a tree")):
        subprocess.run(("git", "-C", str(root), *words), check=True)
    return root


def vreview(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CACHE", "STATE", "CONFIG")}
    return subprocess.run(
        (sys.executable, "-m", "vreview", *words),
        env={**os.environ, **homes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_tree_is_read_once(tree: Path, tmp_path: Path) -> None:
    first = vreview(tmp_path, "index", "--tree", str(tree))
    assert first.returncode == 0, first.stderr
    assert "a tree: 14 files, 14 of them read now; the index has 1 functions" in first.stdout
    again = vreview(tmp_path, "index", "HEAD", "--tree", str(tree), "--quiet")
    assert "14 files, 0 of them read now" in again.stdout
    assert again.stderr == ""


def test_a_revision_that_is_not_there_is_told(tree: Path, tmp_path: Path) -> None:
    done = vreview(tmp_path, "index", "v9.9", "--tree", str(tree))
    assert done.returncode == 2
    assert "there is no commit 'v9.9'" in done.stderr


def test_a_damaged_index_is_told_and_how_to_go_on(tree: Path, tmp_path: Path) -> None:
    vreview(tmp_path, "index", "--tree", str(tree))
    (file,) = (tmp_path / "CACHE" / "vreview" / "index").glob("functions-*.sqlite")
    file.write_bytes(b"no database" * 999)
    done = vreview(tmp_path, "index", "--tree", str(tree))
    assert done.returncode == 3
    assert "hint: if it is damaged: rm " in done.stderr


def test_mining_prints_and_writes_what_most_callers_do(tree: Path, tmp_path: Path) -> None:
    done = vreview(tmp_path, "rules", "mine", str(tree), "--into", str(tmp_path), "-j", "1")
    assert done.returncode == 0, done.stderr
    assert "errptr      port_get: 12 of 12 callers" in done.stdout
    pairs = tomllib.loads((tmp_path / "mined-pairs.toml").read_text())["pair"]
    assert [(p["acquire"], p["release"], p["failure"]) for p in pairs] == [
        ("port_get", ["port_put"], "errptr")
    ]
    conventions = tomllib.loads((tmp_path / "mined-conventions.toml").read_text())
    assert conventions == {"err_pointer": {"port_get": [12, 12]}}


def test_one_kind_alone(tree: Path, tmp_path: Path) -> None:
    done = vreview(tmp_path, "rules", "mine", str(tree), "--kind", "pairs", "-j", "1")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["pairs"]


def test_a_folder_that_is_not_there_is_told_before_anything_is_read(
    tree: Path, tmp_path: Path
) -> None:
    done = vreview(tmp_path, "rules", "mine", str(tree), "--into", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "there is no folder" in done.stderr
    assert "mkdir" in done.stderr
