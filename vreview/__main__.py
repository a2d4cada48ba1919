# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview`` and ``python -m vreview``."""

from __future__ import annotations

import sys

from vreview.cli.boundary import guarded
from vreview.cli.commands import app


def main() -> None:
    sys.exit(guarded(lambda: app(standalone_mode=False)))


if __name__ == "__main__":
    main()
