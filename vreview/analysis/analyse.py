# SPDX-License-Identifier: GPL-2.0-or-later
"""The C reviewer's front door: the text of a file in, the hits of the checks out.

It knows no patches, opens no files, and runs nothing: whether a hit is new is decided above.
"""

from __future__ import annotations

from collections.abc import Sequence

from vreview.analysis.excerpt import Chunk, stitch
from vreview.analysis.hit import FileAnalysis
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.summary import FileSummary


def analyse(
    text: bytes,
    path: str,
    *,
    knowledge: Knowledge,
    rules: frozenset[str] | None = None,
    context: Sequence[FileSummary] = (),
) -> FileAnalysis:
    """All hits of the checks named in ``rules`` (``None``: every one) in the C text ``text``.

    ``context``: summaries of the series' other files, for callbacks and helpers that live there.
    Deterministic; never raises for any text.
    """
    return FileAnalysis(hits=(), functions=())


def analyse_excerpt(
    chunks: Sequence[Chunk],
    path: str,
    *,
    knowledge: Knowledge,
    rules: frozenset[str] | None = None,
    context: Sequence[FileSummary] = (),
) -> FileAnalysis:
    """Like ``analyse`` for the visible part of a file; lines are those of the whole file."""
    return analyse(stitch(chunks), path, knowledge=knowledge, rules=rules, context=context)


def summarise(text: bytes, path: str, *, knowledge: Knowledge) -> FileSummary:
    """What another file's analysis may want to know of this one."""
    return FileSummary(path)


def summarise_excerpt(chunks: Sequence[Chunk], path: str, *, knowledge: Knowledge) -> FileSummary:
    """Like ``summarise`` for the visible part of a file."""
    return summarise(stitch(chunks), path, knowledge=knowledge)
