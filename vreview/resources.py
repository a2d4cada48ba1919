# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the data that ships with vreview lies: rules, fragments, tables, guest programs."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """``rules``, ``kernel-configs`` or ``test-tables``: from the wheel, or from the checkout."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def guest_folder() -> Path:
    """The sources of the programs that run in the guest."""
    return _PACKAGE / "guest"
