# SPDX-License-Identifier: GPL-2.0-or-later
"""The C reviewer: text, masked text, syntax, control flow, states, checks. No patches, no IO."""

from vreview.analysis.analyse import analyse, analyse_excerpt, summarise, summarise_excerpt
from vreview.analysis.excerpt import Chunk
from vreview.analysis.hit import FileAnalysis, FunctionSpan, Hit, HitStep
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.summary import FileSummary
from vreview.analysis.taught import knowledge_from

__all__ = [
    "Chunk",
    "FileAnalysis",
    "FileSummary",
    "FunctionSpan",
    "Hit",
    "HitStep",
    "Knowledge",
    "analyse",
    "analyse_excerpt",
    "knowledge_from",
    "summarise",
    "summarise_excerpt",
]
