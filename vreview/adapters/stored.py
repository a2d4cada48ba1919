# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies in the cache and state folders, and its removal. Does not choose what is to go.

What a running vreview works with is locked: a build slot by its ``slot.lock``, a kernel and a run
by a lock on its folder (``leftovers.hold``), which the kernel drops when that vreview ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from vreview.adapters.files import storage_failed
from vreview.adapters.leftovers import taken
from vreview.model.stored import Entry, Kind

_SCRATCH_S = 3600.0
"""What is written and then renamed is done within this, or never."""


def entries(cache: Path, state: Path, *, now: float | None = None) -> tuple[Entry, ...]:
    """Everything that is kept, in the order of kinds, then of paths."""
    found = [*_cached(cache), *_runs(state), *_scratch(cache, state, now or time.time())]
    order = list(Kind)
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), str(one.path))))


def remove(entry: Entry) -> bool:
    """Removes the entry; False when a vreview works with it by now. Raises StorageFailed."""
    with taken(_lock(entry)) as free:
        if not free:
            return False
        try:
            if entry.path.is_dir() and not entry.path.is_symlink():
                # Renamed first: half of a kernel is no kernel, whenever this is killed.
                grave = entry.path.with_name(f".{entry.path.name}.{os.getpid()}.gone")
                entry.path.rename(grave)
                shutil.rmtree(grave)
            else:
                entry.path.unlink()
        except FileNotFoundError:
            pass
        except OSError as err:
            raise storage_failed("remove", entry.path, err) from err
    return True


def _lock(entry: Entry) -> Path:
    return entry.path.parent / "slot.lock" if entry.kind is Kind.SLOT else entry.path


def _entry(kind: Kind, path: Path, name: str, *, used: float | None = None) -> Entry:
    size = _size(path)
    plain = Entry(kind, path, name, size, path.stat().st_mtime if used is None else used)
    with taken(_lock(plain)) as free:
        return plain if free else Entry(kind, path, name, size, plain.used, held=True)


def _cached(cache: Path) -> Iterator[Entry]:
    for home in _visible(cache / "kernels"):
        yield _entry(Kind.KERNEL, home, _kernel_name(home), used=_time(home / "meta.json"))
    for source in sorted(cache.glob("slots/*/source")):
        yield _entry(Kind.SLOT, source, "checkout", used=_time(source.with_name("slot.lock")))
    for build in sorted(cache.glob("slots/*/build-*")):
        used = max(_time(build), _time(build / ".vreview-warnings.json"))
        yield _entry(Kind.SLOT, build, build.name.removeprefix("build-"), used=used)
    for kind, folder in (
        (Kind.CONFIG, "configs"), (Kind.GUEST, "guest"), (Kind.SCRIPTS, "scripts"),
        (Kind.FAILED, "failed"), (Kind.TREE, "trees"), (Kind.INDEX, "index"),
    ):  # fmt: skip
        for path in _visible(cache / folder):
            yield _entry(kind, path, path.name)


def _runs(state: Path) -> Iterator[Entry]:
    for folder in ("runs", "stages"):
        for path in _visible(state / folder):
            yield _entry(
                Kind.RUN, path, _run_name(path), used=max(map(_time, (path, *path.iterdir())))
            )


def _scratch(cache: Path, state: Path, now: float) -> Iterator[Entry]:
    """What a killed vreview was about to rename."""
    for root, depth in ((cache, ("*", "*/*")), (state, ("*", "*/*", "*/*/*"))):
        for pattern in depth:
            for path in root.glob(pattern):
                ours = path.name.startswith(".") and path.suffix != ".lock"
                if ours and _time(path) < now - _SCRATCH_S:
                    yield _entry(Kind.SCRATCH, path, path.name)


def _visible(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return []


def _kernel_name(home: Path) -> str:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        meta = json.loads((home / "meta.json").read_bytes())
        return f"{meta['release']} {'+'.join(meta['fragments'][1:])}"
    return "without its stamp"


def _run_name(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return ", ".join(map(str, json.loads((path / "run.json").read_bytes())["names"]))
    return path.parent.name


def _time(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    """Bytes on disk of a file or of all in a folder."""
    total = 0
    todo = [path]
    while todo:
        one = todo.pop()
        with contextlib.suppress(OSError):
            total += one.lstat().st_blocks * 512
            if one.is_dir() and not one.is_symlink():
                todo += [Path(each.path) for each in os.scandir(one)]
    return total
