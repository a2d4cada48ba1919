# SPDX-License-Identifier: GPL-2.0-or-later
"""Where vreview keeps things, and the settings that the user gave."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from vreview.config import Config, from_file, from_overrides

IMPORTED = "linux-6.1"
"""The tree that ``make setup`` imports, used when no other is named."""


def version() -> str:
    """The installed version of vreview."""
    from importlib.metadata import version as installed_version

    return installed_version("vreview")


def state_folder() -> Path:
    """``$XDG_STATE_HOME/vreview``: runs and sessions; losing it loses work."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "vreview"


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/vreview``: kernels, trees, build slots; deleting it loses only time."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "vreview"


def runs_folder() -> Path:
    return state_folder() / "runs"


def config_file() -> Path:
    """``$XDG_CONFIG_HOME/vreview/config.toml``."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "vreview" / "config.toml"


def settings(overrides: Sequence[str] = ()) -> Config:
    """The user's file, then the command line's -c."""
    return from_overrides(from_file(Config(), config_file(), trusted=True), overrides)
