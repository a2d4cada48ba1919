# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs on disk: one folder each, one file a finished step, an end stamp.

``run.json`` says what was asked, ``series.mbox`` holds the mails as they were read; a run without
``end.json`` was interrupted.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from vreview.adapters.files import storage_failed, write_whole
from vreview.adapters.leftovers import hold
from vreview.errors import InputError

_KEY = re.compile(r"[a-z0-9][a-z0-9.:_+-]*")


class RunFolder:
    """One run's folder; implements ports.RunStore."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def name(self) -> str:
        return self._folder.name

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        return self._folder / f"{key}.json"

    def save(self, key: str, value: Mapping[str, object]) -> None:
        text = json.dumps(value, indent=1, sort_keys=True)
        write_whole(self._path(key), text.encode(errors="backslashreplace") + b"\n")

    def load(self, key: str) -> Mapping[str, object] | None:
        path = self._path(key)
        try:
            value = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as err:
            raise storage_failed("read", path, err) from err
        except ValueError:
            # Written by something else than us: renames are whole. It does not count.
            return None
        return value if isinstance(value, dict) else None

    @property
    def finished(self) -> bool:
        return self._path("end").exists()

    def save_messages(self, messages: Sequence[bytes]) -> None:
        """Keeps the mails as read, so that a resumed run reviews the same bytes."""
        for number, message in enumerate(messages):
            write_whole(self._folder / "mails" / f"{number:05d}.eml", message)
        self.save("mails", {"count": len(messages)})

    def messages(self) -> tuple[bytes, ...] | None:
        """The kept mails, None when the run died before all were kept."""
        if self.load("mails") is None:
            return None
        return tuple(p.read_bytes() for p in sorted((self._folder / "mails").glob("*.eml")))


def new_run(root: Path) -> RunFolder:
    """A new, empty run folder below ``root``, named by date and a random part."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = root / f"{stamp}-{secrets.token_hex(3)}"
    try:
        folder.mkdir(parents=True)
    except OSError as err:
        raise storage_failed("make", folder, err) from err
    hold(folder)
    return RunFolder(folder)


def unfinished_run(root: Path, name: str = "") -> RunFolder:
    """The newest run without an end stamp, or the one called ``name``.

    Raises InputError when there is none.
    """
    folders = sorted((p for p in root.glob("*") if p.is_dir()), key=lambda p: p.name)
    if name:
        chosen = [p for p in folders if p.name == name]
        if not chosen:
            raise InputError(f"there is no run {name!r} in {root}", hint=f"ls {root}")
        hold(chosen[0])
        return RunFolder(chosen[0])
    open_runs = [run for run in map(RunFolder, folders) if not run.finished and run.load("run")]
    if not open_runs:
        raise InputError(f"no interrupted run in {root}", hint="start one: vreview review SERIES")
    hold(open_runs[-1].folder)
    return open_runs[-1]
