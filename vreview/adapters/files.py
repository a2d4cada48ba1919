# SPDX-License-Identifier: GPL-2.0-or-later
"""The one door to writing files: whole or not at all.

Does not create parent folders' parents, does not know what is written.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vreview.errors import ConfigError, StorageFailed


def write_whole(path: Path, data: bytes) -> None:
    """Writes ``data`` to a temporary file beside ``path``, syncs it, renames it.

    A reader sees the old content or the new, never a part. Raises StorageFailed.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as out:
            temporary = out.name
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    except OSError as err:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise storage_failed("write", path, err) from err


def read_kept(path: Path) -> str | None:
    """The text of a file that a person keeps, None where there is none.

    Raises ConfigError for one that is no UTF-8, StorageFailed where it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as err:
        raise ConfigError(f"cannot read {path}: {err}", hint=f"correct {path}") from err
    except OSError as err:
        raise storage_failed("read", path, err) from err


def storage_failed(verb: str, path: Path, err: OSError) -> StorageFailed:
    """The error for a file operation that the system refused, with what to do about it."""
    hint = {
        errno.ENOSPC: f"free some space beside {path.parent}",
        errno.EDQUOT: f"free some space beside {path.parent}",
        errno.EACCES: f"check who owns {path.parent}",
        errno.EROFS: "set XDG_CACHE_HOME and XDG_STATE_HOME to a writable folder",
    }.get(err.errno or 0, "")
    return StorageFailed(f"cannot {verb} {path}: {err.strerror or err}", path=path, hint=hint)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an advisory lock on ``path`` (made when missing); waits for another holder.

    The kernel drops the lock when the process dies, so a kill -9 leaves nothing behind.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as err:
        raise storage_failed("lock", path, err) from err
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
