# SPDX-License-Identifier: GPL-2.0-or-later
"""From settings to adapters: the only module that names a concrete adapter."""

from __future__ import annotations

import os
from pathlib import Path


def state_folder() -> Path:
    """``$XDG_STATE_HOME/vreview``: runs and sessions; losing it loses work."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "vreview"


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/vreview``: kernels, trees, build slots; deleting it loses only time."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "vreview"


def config_file() -> Path:
    """``$XDG_CONFIG_HOME/vreview/config.toml``."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "vreview" / "config.toml"
