# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel tree and the series, from what the user named."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config
from vreview.errors import ToolMissing, TreeError
from vreview.model.series import Series
from vreview.wiring.places import IMPORTED, cache_folder

if TYPE_CHECKING:
    from vreview.adapters.git.objects import GitRepo
    from vreview.ports import Observer


def tree_path(tree: Path | None, *, config: Config) -> Path:
    """The asked tree, else the configured one, else the imported one. Raises TreeError."""
    if tree is not None:
        return tree
    if config.tree:
        return Path(config.tree).expanduser()
    imported = cache_folder() / "trees" / f"{IMPORTED}.git"
    if not imported.is_dir():
        raise TreeError(
            "no kernel tree was named and none was imported",
            hint="--tree PATH, or: vreview tree import /usr/src/linux-source-6.1.tar.xz"
            f" --name {IMPORTED}",
        )
    return imported


def import_tree(source: Path, *, name: str, observer: Observer) -> Path:
    """The bare repository that holds ``source``, imported when it is not there yet."""
    from vreview.adapters.git.trees import import_tree as imported

    stem = name or source.name.removesuffix(".xz").removesuffix(".gz").removesuffix(".tar")
    return imported(source, cache_folder() / "trees" / f"{stem}.git", observer=observer)


def open_repo(tree: Path | None, *, config: Config) -> GitRepo:
    if shutil.which("git") is None:
        raise ToolMissing("git", needed_for="read a kernel tree")
    from vreview.adapters.git.objects import GitRepo

    return GitRepo(tree_path(tree, config=config))


def kernel_repo(tree: Path | None, *, config: Config) -> GitRepo:
    """A repository whose HEAD looks like a kernel. Raises TreeError."""
    path = tree_path(tree, config=config)
    repo = open_repo(path, config=config)
    head = repo.resolve("HEAD")
    absent = [f for f in ("Makefile", "Kconfig", "kernel/Makefile") if not repo.read(head, f)]
    if absent:
        raise TreeError(
            f"{path} is no kernel tree: its HEAD has no {', '.join(absent)}", hint="--tree PATH"
        )
    return repo


def read_messages(names: Sequence[str], *, tree: Path | None, config: Config) -> tuple[bytes, ...]:
    """The raw mails that were named."""
    from vreview.adapters.mail import open_source

    try:
        place: Path | None = tree_path(tree, config=config)
    except TreeError:
        place = None
    return open_source(names, mirrors=config.mirrors, tree=place, stdin=sys.stdin.buffer)


def series_from(messages: tuple[bytes, ...], *, take: int | None) -> Series:
    from vreview.parse.mail import parse_series

    return parse_series(messages, version=take)


def read_series(
    names: Sequence[str], *, config: Config, take: int | None = None, tree: Path | None = None
) -> Series:
    """The series that was named, missing patches or not."""
    return series_from(read_messages(names, tree=tree, config=config), take=take)
