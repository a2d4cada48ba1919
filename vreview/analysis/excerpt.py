# SPDX-License-Identifier: GPL-2.0-or-later
"""The new side of a file's hunks, stitched into a text that can be analysed without a tree.

Every line keeps its number; what is not visible becomes a hole (see ``HOLE``), on the empty
lines of the gap. It knows neither patches nor files: who has hunks hands over ``Chunk``s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HOLE = b"__vreview_hole__"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Contiguous lines of a file, without line ends; ``first_line`` counts from 1.

    ``section`` is what follows the second ``@@`` of the hunk header: with some luck the line that
    opens the function in which the chunk begins.
    """

    first_line: int
    lines: tuple[bytes, ...]
    section: bytes = b""


def stitch(chunks: Sequence[Chunk]) -> bytes:
    """One text with all chunks at their own lines, every brace closed, gaps marked as holes."""
    return b""
