# SPDX-License-Identifier: GPL-2.0-or-later
"""The files in which known flaky tests are kept. Does not know which tests there are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vreview.adapters.files import read_kept
from vreview.errors import ConfigError
from vreview.model.flaky import KnownFlaky
from vreview.parse.flaky import known_flaky


def read_known_flaky(files: Iterable[Path], *, named: bool) -> tuple[KnownFlaky, ...]:
    """All entries of all files, in their order. A file that does not exist has none, unless it was
    ``named`` in the settings.

    Raises ConfigError for one that is not as it must be, StorageFailed where none can be read.
    """
    return tuple(
        one for file in files for one in known_flaky(_text(file, named=named), source=str(file))
    )


def _text(file: Path, *, named: bool) -> str:
    text = read_kept(file)
    if text is None and named:
        raise ConfigError(
            f"there is no file {file} of flaky tests",
            hint="correct the setting 'flaky' in the config file",
        )
    return text or ""
