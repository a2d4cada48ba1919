# SPDX-License-Identifier: GPL-2.0-or-later
"""What each object of a kernel does, as digests that two builds can be compared by.

Remembers those of objects that make did not touch again. Does not run make.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from vreview.adapters.files import write_whole
from vreview.parse.objectcode import code_digest

_KEPT = ".vreview-digests.json"


def object_digests(
    build: Path, objects: Iterable[str], *, notes: Path | None = None
) -> Mapping[str, str]:
    """Object → digest of its code (``parse.objectcode``), without those that cannot be read.

    What is known is kept in the folder ``notes``, the O= folder itself by default. A name that
    leads out of that is no object: the archive that has it may be a stranger's.
    """
    memory = (notes or build) / _KEPT
    known = _kept(memory)
    now: dict[str, tuple[int, int, str]] = {}
    for name in sorted(set(objects)):
        path = build / name
        if name.startswith("/") or ".." in name.split("/"):
            continue
        try:
            state = path.stat()
            before = known.get(name)
            if before is not None and before[:2] == (state.st_mtime_ns, state.st_size):
                now[name] = before
            elif digest := code_digest(path.read_bytes()):
                now[name] = (state.st_mtime_ns, state.st_size, digest)
        except OSError:
            continue
    write_whole(memory, json.dumps(now).encode())
    return {name: digest for name, (_, _, digest) in now.items()}


def _kept(memory: Path) -> Mapping[str, tuple[int, int, str]]:
    try:
        value = json.loads(memory.read_bytes())
        return {str(k): (int(v[0]), int(v[1]), str(v[2])) for k, v in value.items()}
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return {}
