# SPDX-License-Identifier: GPL-2.0-or-later
"""The example series, made by their script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def example(kind: str, tree: Path, folder: Path, checkout: Path) -> Path:
    """An example series, made against the tree."""
    mbox = folder / f"{kind}.mbox"
    subprocess.run(
        [sys.executable, checkout / "examples" / "make_series.py", "--tree", tree, "--base", "HEAD",
         kind, "-o", mbox],
        check=True,
    )  # fmt: skip
    return mbox
