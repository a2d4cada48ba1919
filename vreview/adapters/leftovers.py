# SPDX-License-Identifier: GPL-2.0-or-later
"""Temporary folders that a kill -9 cannot leave behind for good.

Each is locked by the process that made it, and the kernel drops the lock when that dies, whatever
it dies of: a folder that can be locked is nobody's. The next start removes it, and ends what still
runs out of it. No name, pid or age is trusted: containers may share a /tmp.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vreview.adapters.files import storage_failed

_PREFIX = "vreview-owned-"
"""Not of a name that another of our folders has: one without a lock would be taken for nobody's."""


@contextlib.contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """A private folder ``vreview-owned-KIND-…`` in the system's place for temporary ones.

    It goes with the block. Raises StorageFailed.
    """
    folder, lock = _made(f"{_PREFIX}{kind}-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def hold(folder: Path) -> bool:
    """Keeps a folder from being pruned until this process ends; False when it is gone, or about to
    go."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        same = os.path.samestat(os.fstat(handle), folder.stat())
    except OSError:
        same = False
    if not same:
        os.close(handle)
    return same  # the descriptor stays open: it is the lock


@contextlib.contextmanager
def taken(path: Path) -> Iterator[bool]:
    """True when nobody holds the file or folder, or there is none; while the block runs nobody
    can."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        yield True
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def sweep() -> tuple[Path, ...]:
    """Removes the folders of processes that are gone; gives what it removed, sorted."""
    removed = []
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*")):
        lock = _locked(folder)
        if lock is None:
            continue
        try:
            _end_what_uses(folder)
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder)
        finally:
            os.close(lock)
    return tuple(removed)


def _made(prefix: str) -> tuple[Path, int]:
    """A new folder and the descriptor that holds its lock."""
    try:
        while True:
            folder = Path(tempfile.mkdtemp(prefix=prefix))
            lock = _locked(folder)
            if lock is not None and folder.exists():
                return folder, lock
            if lock is not None:  # a sweep was between the two
                os.close(lock)
    except OSError as err:
        raise storage_failed("make a folder in", Path(tempfile.gettempdir()), err) from err


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the folder's lock; None when another has it, or it is not ours."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.fstat(lock).st_uid != os.geteuid():
            raise BlockingIOError
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _end_what_uses(folder: Path) -> None:
    """Kills the processes of this user whose command line names something in the folder: what was
    started in the moment in which its parent died."""
    inside = f"{folder}/".encode()
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            ours = cmdline.stat().st_uid == os.geteuid()
            if ours and inside in cmdline.read_bytes():
                os.kill(int(cmdline.parent.name), signal.SIGKILL)
