# SPDX-License-Identifier: GPL-2.0-or-later
"""The frame that docs/architecture.md promises, held."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

_STARTS = re.compile(r"\b(?:subprocess\.(?:run|call|check_\w+|Popen)\(|os\.(?:system|exec|fork))")
_SUFFIXES = {".py", ".sh", ".c", ".h", ".toml", ".config", ".tsv"}


def _tracked(checkout: Path) -> list[Path]:
    listed = subprocess.run(
        ["git", "-C", str(checkout), "ls-files", "-z"], capture_output=True, check=True
    ).stdout.decode()
    return [checkout / name for name in listed.split("\0") if name]


def test_imports_point_down_only(checkout: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_file_names_its_licence(checkout: Path) -> None:
    without = [
        str(path.relative_to(checkout))
        for path in _tracked(checkout)
        if path.suffix in _SUFFIXES
        and path.is_file()
        and "golden" not in path.parts
        and b"SPDX-License-Identifier: GPL-2.0-or-later" not in path.read_bytes()[:400]
    ]
    assert without == []


def test_only_one_door_leads_to_subprocess(checkout: Path) -> None:
    users = [
        path.relative_to(checkout / "vreview").as_posix()
        for path in (checkout / "vreview").rglob("*.py")
        if _STARTS.search(path.read_text())
    ]
    assert users == ["adapters/proc.py"]


@pytest.mark.parametrize("word", ["print(", "sys.exit", "input("])
def test_the_library_never_prints_or_exits(checkout: Path, word: str) -> None:
    package = checkout / "vreview"
    said = [
        f"{path.relative_to(package)}:{number}"
        for path in package.rglob("*.py")
        if "cli" not in path.relative_to(package).parts and path.name != "__main__.py"
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if line.lstrip().startswith(word)
    ]
    assert said == []


def test_a_lint_imports_only_what_it_needs(tmp_path: Path) -> None:
    patch = tmp_path / "a.patch"
    patch.write_text("--- a/x.rst\n+++ b/x.rst\n@@ -1 +1 @@\n-a\n+b\n")
    program = (
        "import sys\nfrom vreview.cli.commands import app_for\n"
        "words = sys.argv[1:]\napp_for(words)(words, standalone_mode=False)\n"
        "print({'git', 'cattrs', 'jsonschema', 'rich'} & set(sys.modules), file=sys.stderr)\n"
    )
    words = ("lint", "--no-tree", "--format", "jsonl", str(patch))
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert done.stderr == "set()\n"
    assert done.stdout
