# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose O= folder a commit is built in, so that no stranger's build leaves anything for another's.

A build may plant what it likes in its O= folder: objects, and programs that later builds run. So
with a confinement that is strict,

- the tree's own commits have a folder that only they are built in (``confined/own-NAME``);
- any other commit has one (``confined/NAME``) that is used again only if the last commit that was
  built in it is among its ancestors: what is found there comes from code that is being built
  anyway. Else it is made anew, from a copy of the tree's own folder.

Without a strict confinement everything is built in one folder. Does not run make.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.files import storage_failed, write_whole
from vreview.adapters.kbuild.objects import KEPT
from vreview.adapters.kbuild.slots import Slot
from vreview.adapters.proc import run
from vreview.errors import CommandFailed, HostileInput, StorageFailed
from vreview.model.series import Oid

_CONFINED = "confined"
_COPY_DEADLINE_S = 900.0


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a commit is built: the O= folder, and the folder of our own notes about it, which the
    build cannot write when it is a stranger's. ``stamp`` names the last commit; None for a folder
    that needs none."""

    build: Path
    notes: Path
    stamp: Path | None = None
    seeds: tuple[Path, ...] = ()
    own: bool = False
    known_as: Path | None = None
    """Where make is to find the O= folder when it can be shown at another place."""

    @property
    def strange(self) -> bool:
        """True when what is built here is a stranger's commit."""
        return self.stamp is not None and not self.own


def nothing_is_own(_: Oid) -> bool:
    """Of a commit that was only named, nobody said whose it is."""
    return False


def workplace(slot: Slot, name: str, *, strict: bool, own: bool) -> Workplace:
    """The one of a recipe's ``name``; ``own`` says that the commit is the tree's own."""
    usual = slot.build_folder(name)
    if not strict:
        return Workplace(usual, usual)
    confined = slot.folder / _CONFINED
    mine = confined / f"own-{name}"
    build = mine if own else confined / name
    return Workplace(
        build,
        notes_of(build),
        build.with_name(f"{build.name}.json"),
        (usual,) if own else (mine, usual),
        own,
        usual,
    )


def notes_of(build: Path) -> Path:
    """The folder of our notes about an O= folder."""
    return build.with_name(f"{build.name}.notes") if build.parent.name == _CONFINED else build


def entered(place: Workplace, slot: Slot, *, commit: Oid) -> None:
    """Makes the workplace fit for ``commit``. The slot is held. Raises StorageFailed.

    The stamp goes until ``left`` puts it back: who is killed meanwhile has built nothing.
    """
    if place.stamp is None:
        return
    last = _last(place.stamp)
    place.stamp.unlink(missing_ok=True)
    known = last is not None and place.build.is_dir()
    if known and (place.own or slot.is_ancestor(last or "", commit)):
        return
    for folder in (place.build, place.notes):
        run(("rm", "-rf", "--", str(folder)), deadline_s=_COPY_DEADLINE_S)
    try:
        place.notes.mkdir(parents=True)
        seed = next((folder for folder in place.seeds if _is_whole(folder)), None)
        if seed is None:
            place.build.mkdir()
            return
        _copied(seed, place.build)
        kept = notes_of(seed) / KEPT
        if kept.is_file():
            shutil.copyfile(kept, place.notes / KEPT)
    except OSError as err:
        raise storage_failed("write", place.build, err) from err


def left(place: Workplace, commit: Oid) -> None:
    """Says that the workplace holds what the build of ``commit`` left."""
    if place.stamp is not None:
        write_whole(place.stamp, json.dumps({"schema": 1, "commit": commit}).encode())


def check_links(source: Path) -> None:
    """Raises HostileInput for a link in the checkout that leads out of it, by whatever way."""
    top = os.path.realpath(source)
    found = run(("find", top, "-xdev", "-type", "l", "-print0"), deadline_s=_COPY_DEADLINE_S)
    for link in found.output.split(b"\0")[:-1]:
        path = os.fsdecode(link)
        if not f"{os.path.realpath(path)}/".startswith(f"{top}/"):
            shown = os.path.relpath(path, top)
            raise HostileInput(f"the link {shown!r} leaves the tree", path=shown)


def _last(stamp: Path) -> str | None:
    try:
        commit = json.loads(stamp.read_bytes())["commit"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return commit if isinstance(commit, str) and commit.isalnum() else None


def _is_whole(folder: Path) -> bool:
    """A confined folder counts when its last build came to an end."""
    stamp = folder.with_name(f"{folder.name}.json")
    return folder.is_dir() and (folder.parent.name != _CONFINED or stamp.is_file())


def _copied(seed: Path, target: Path) -> None:
    """With its times, by which make goes; shares the blocks where the file system can."""
    argv = ("cp", "-a", "--reflink=auto", "--", str(seed), str(target))
    try:
        run(argv, deadline_s=_COPY_DEADLINE_S)
    except CommandFailed as err:
        if "No space left on device" in err.output:
            raise StorageFailed(
                f"no space left to copy {seed} to {target}",
                path=target,
                hint=f"free some space beside {target.parent}",
            ) from err
        raise
