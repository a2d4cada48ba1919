# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of a git tree, by path and blob."""

from __future__ import annotations

from collections.abc import Callable

import pygit2

GIT_FILE = (0o100644, 0o100755)
_GIT_TREE = 0o040000


def tree_files(
    repo: pygit2.Repository, tree: str, wanted: Callable[[str], bool]
) -> dict[str, bytes]:
    """Path to blob id of every plain file that is wanted."""
    found: dict[str, bytes] = {}
    todo: list[tuple[str, pygit2.Object]] = [("", repo[tree])]
    while todo:
        prefix, folder = todo.pop()
        assert isinstance(folder, pygit2.Tree)
        for entry in folder:
            mode, path = int(entry.filemode), f"{prefix}{entry.name}"
            if mode == _GIT_TREE:
                todo.append((f"{path}/", repo[entry.id]))
            elif mode in GIT_FILE and wanted(path):
                found[path] = entry.id.raw
    return found
