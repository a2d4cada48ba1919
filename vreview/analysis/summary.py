# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of a function without looking into it again. No paths, no lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileSummary:
    """The functions and callbacks of one file, for the analysis of another one."""

    path: str
