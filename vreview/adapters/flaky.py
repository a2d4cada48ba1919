# SPDX-License-Identifier: GPL-2.0-or-later
"""The files in which known flaky tests are kept. Does not know which tests there are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vreview.adapters.files import storage_failed
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
    try:
        return file.read_bytes().decode()
    except FileNotFoundError as err:
        if named:
            raise ConfigError(
                f"there is no file {file} of flaky tests",
                hint="correct the setting 'flaky' in the config file",
            ) from err
        return ""
    except UnicodeDecodeError as err:
        raise ConfigError(f"cannot read {file}: {err}", hint=f"correct {file}") from err
    except OSError as err:
        raise storage_failed("read", file, err) from err
