# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview`` and ``python -m vreview``."""

from __future__ import annotations

import codecs
import gc
import io
import sys

# What is read of a patch are many small objects and next to no garbage in cycles: looking for it
# as often as Python does costs a fifth of a lint. Set before the imports, which make as many.
gc.set_threshold(100_000, 20, 20)

from vreview.cli.boundary import guarded  # noqa: E402
from vreview.cli.commands import app_for  # noqa: E402

_NEAREST = {"─": "-", "…": "...", "→": "->"}
"""What our own words use beyond ASCII."""


def _nearest(err: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(err, UnicodeEncodeError):
        raise err
    lost = err.object[err.start : err.end]
    if all(character in _NEAREST for character in lost):
        return "".join(_NEAREST[character] for character in lost), err.end
    return codecs.backslashreplace_errors(err)


def main() -> None:
    """Ends with the command's status; a character that the terminal's encoding lacks is replaced
    by the nearest one, or told by its number, and never ends a report."""
    codecs.register_error("vreview", _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="vreview")
    sys.exit(guarded(lambda: app_for(sys.argv[1:])(standalone_mode=False)))


if __name__ == "__main__":
    main()
