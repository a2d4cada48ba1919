# SPDX-License-Identifier: GPL-2.0-or-later
"""The files in which dismissed findings are kept: read all, append to one.

Does not know which findings there are, nor what day it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vreview.adapters.files import locked, read_kept, write_whole
from vreview.model.review import Dismissal
from vreview.parse.dismissals import HEAD, dismissals, entry

_SHARED = 0o644
"""Others are meant to read it."""


def read_dismissals(files: Iterable[Path]) -> tuple[Dismissal, ...]:
    """All entries of all files, in their order; a file that does not exist has none.

    Raises ConfigError for one that is not as it must be, StorageFailed where none can be read.
    """
    return tuple(
        one for file in files for one in dismissals(read_kept(file) or "", source=str(file))
    )


def append_dismissal(file: Path, dismissal: Dismissal, *, lock: Path) -> None:
    """Adds one entry; what the file holds already stays as it is, byte for byte.

    Two at once do not lose each other's entry: both wait for ``lock``. Raises ConfigError for a
    file that cannot be read as it is, StorageFailed.
    """
    file = file.resolve()  # a link to the file stays one
    with locked(lock):
        before = read_kept(file) or ""
        dismissals(before, source=str(file))
        mode = file.stat().st_mode if before else _SHARED
        gap = "" if not before or before.endswith("\n") else "\n"
        write_whole(file, ((before or HEAD) + gap + entry(dismissal)).encode())
        file.chmod(mode)
