# SPDX-License-Identifier: GPL-2.0-or-later
"""The scripts that a tree ships for its own patches, taken out of a commit into the cache.

A bare repository has no scripts/ to run. Kept by content, so many commits share a folder. Does
not judge what the scripts do: they are the tree's, as its Makefiles are.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pygit2

from vreview.adapters.files import storage_failed
from vreview.adapters.tools.calling import version_line
from vreview.errors import OurFailure
from vreview.model.series import Oid

_LINK = 0o120000

PERL = "apt-get install perl"
"""What installs what runs them."""


def run_by_perl() -> str:
    """What a tool that is the tree's own script says of its version. Raises ToolMissing,
    CommandTimeout."""
    return f"the tree's own, run by perl {version_line('perl', '-e', 'print $^V')}"


@dataclass(frozen=True, slots=True)
class TreeScripts:
    """Scripts of the repository ``tree``, kept under ``cache``/scripts/."""

    tree: Path
    cache: Path

    def folder(self, commit: Oid, *paths: str) -> Path:
        """A folder that holds these files and folders of the commit at their own paths.

        The first path must be there; others may be missing. Raises OurFailure, StorageFailed.
        """
        objects = dict(self._objects(commit, paths))
        if paths[0] not in objects:
            raise OurFailure(f"the tree has no {paths[0]} at {commit[:12]}")
        name = hashlib.sha256(
            "".join(f"{path}\0{found.id}\0" for path, found in sorted(objects.items())).encode()
        ).hexdigest()[:16]
        place = self.cache / "scripts" / name
        if not place.is_dir():
            self._write(place, objects)
        if place.stat().st_mode & 0o755 != 0o755:
            place.chmod(0o755)  # whoever runs them in a sandbox is somebody else
        return place

    def _objects(self, commit: Oid, paths: tuple[str, ...]) -> Iterator[tuple[str, pygit2.Object]]:
        repo = pygit2.Repository(str(self.tree))
        top = repo[commit].peel(pygit2.Tree)
        for path in paths:
            try:
                yield path, top[path]
            except KeyError:
                continue

    def _write(self, place: Path, objects: dict[str, pygit2.Object]) -> None:
        """Whole or not at all; a process that was faster wins."""
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}."))
            try:
                for path, found in objects.items():
                    for file, data in _files(path, found):
                        target = fresh / file
                        target.parent.mkdir(parents=True, exist_ok=True)
                        target.write_bytes(data)
                fresh.rename(place)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        except OSError as err:
            if not place.is_dir():
                raise storage_failed("write", place, err) from err


def _files(path: str, found: pygit2.Object) -> Iterator[tuple[str, bytes]]:
    """Regular files at or below an object; a name that git would not write is left out."""
    if isinstance(found, pygit2.Blob):
        yield path, found.data
    elif isinstance(found, pygit2.Tree):
        for entry in found:
            name = entry.name or ""
            if name in ("", ".", "..", ".git") or "/" in name or int(entry.filemode) == _LINK:
                continue
            yield from _files(f"{path}/{name}", entry)
