# SPDX-License-Identifier: GPL-2.0-or-later
"""Series of one line, made against the installed tree without a checkout."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path


def _git(tree: Path, *args: str, data: bytes | None = None, index: str = "") -> str:
    env = {**os.environ, **({"GIT_INDEX_FILE": index} if index else {})}
    done = subprocess.run(
        ("git", "-C", str(tree), *args), input=data, env=env, check=True, capture_output=True
    )
    return done.stdout.decode(errors="replace").strip()


def one_line(tree: Path, path: str, opening: str, line: str) -> str:
    """The range of a commit that puts a line of ours first into a function of the tree."""
    before = subprocess.run(
        ("git", "-C", str(tree), "show", f"HEAD:{path}"), check=True, capture_output=True
    ).stdout.decode()
    after, count = re.subn(rf"(?m)^({opening}[^;{{]*\n\{{\n)", rf"\1\t{line}\n", before, count=1)
    assert count == 1, f"{path} has no function that begins like {opening!r}"
    blob = _git(tree, "hash-object", "-w", "--stdin", data=after.encode())
    with tempfile.TemporaryDirectory() as scratch:
        index = f"{scratch}/index"
        _git(tree, "read-tree", "HEAD", index=index)
        _git(tree, "update-index", "--cacheinfo", f"100644,{blob},{path}", index=index)
        written = _git(tree, "write-tree", index=index)
    commit = _git(tree, "commit-tree", written, "-p", "HEAD", "-m", "test: break a kernel")
    return f"{_git(tree, 'rev-parse', 'HEAD')}..{commit}"
