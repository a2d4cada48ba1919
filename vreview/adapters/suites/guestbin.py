# SPDX-License-Identifier: GPL-2.0-or-later
"""Compiles the programs that run in the guest: static, so that the guest needs no libraries.

Compiled once for each content of the sources and compiler; does not know what they do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from vreview.adapters.files import storage_failed, write_whole
from vreview.adapters.proc import run
from vreview.errors import ConfigError
from vreview.resources import guest_folder

COMMON = "common"
"""The folder of what the programs share: compiled into each, when it is there."""

FLAGS = ("-static", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-pthread")
"""The same for every program. -static: the guest's root may hold nothing else."""


def guest_program(
    name: str,
    *,
    folder: Path,
    cache: Path | None = None,
    cc: str = "gcc",
    sources: Path | None = None,
) -> Path:
    """Compiles ``<sources>/<name>/*.c`` with what is common and puts the program into ``folder``.

    ``cache`` is vreview's cache folder: there the program is kept under ``guest/<hash of sources,
    flags and compiler>/``, and not compiled again. ``sources`` is vreview's own guest folder unless
    given. Raises CommandFailed with the compiler's words, ToolMissing, ConfigError, StorageFailed.
    """
    home = (sources or guest_folder()) / name
    homes = (home, home.parent / COMMON)
    units = [unit for place in homes for unit in sorted(place.glob("*.c"))]
    if not any(home.glob("*.c")):
        raise ConfigError(f"there is no guest program {name!r}: no C file in {home}")
    target = folder / name
    _make_folder(folder)
    kept = None if cache is None else cache / "guest" / _key(homes, cc=cc) / name
    if kept is not None and kept.is_file():
        _copy(kept, target)
        return target
    with tempfile.TemporaryDirectory(prefix=".compile-", dir=folder) as scratch:
        built = Path(scratch) / name
        run(
            (
                *(cc, *FLAGS, *(f"-I{place}" for place in homes)),
                # What a case says of where it failed is the same on every machine.
                f"-fmacro-prefix-map={home.parent}/=",
                *("-o", str(built), *map(str, units)),
            ),
            deadline_s=120,
            needed_for=f"compile the guest program {name}",
        )
        if kept is not None:
            write_whole(kept, built.read_bytes())
            kept.chmod(0o755)
        _copy(built, target)
    return target


def _key(homes: Sequence[Path], *, cc: str) -> str:
    """What the binary depends on: sources and headers, flags, and the compiler's own version."""
    digest = hashlib.sha256()
    version = run((cc, "--version"), deadline_s=20, needed_for="compile guest programs").output
    for part in (version, " ".join(FLAGS).encode()):
        digest.update(part + b"\0")
    sources = (s for home in homes for s in sorted((*home.glob("*.c"), *home.glob("*.h"))))
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:24]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise storage_failed("make", folder, err) from err


def _copy(source: Path, target: Path) -> None:
    """Copies through a rename: the old program may be running in a guest."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(source, fresh)
        fresh.chmod(0o755)
        os.replace(fresh, target)
    except OSError as err:
        raise storage_failed("copy a guest program to", target, err) from err
