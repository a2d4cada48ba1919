# SPDX-License-Identifier: GPL-2.0-or-later
"""Which index belongs to this vreview: a digest of what decides the facts of a function."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from vreview import analysis
from vreview.analysis.packed import shape
from vreview.analysis.summary import Callback, FunctionSummary

READERS = (
    "altered", "excerpt", "exported", "expr", "fate", "graph", "knowledge", "mask", "packed",
    "reading", "summary", "syntax", "tables", "taught", "verbs",
)  # fmt: skip
"""The modules of ``analysis`` that a summary comes from."""


def index_version(tables: Mapping[str, Mapping[str, object]]) -> str:
    """Sixteen hexadecimal digits. ``tables``: the knowledge that the summaries are made with."""
    digest = hashlib.sha256(shape(FunctionSummary, Callback).encode())
    folder = Path(analysis.__path__[0])
    for name in READERS:
        digest.update((folder / f"{name}.py").read_bytes())
    digest.update(json.dumps(tables, sort_keys=True).encode())
    return digest.hexdigest()[:16]
