# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the functions of a C file begin and end; nothing of what they do."""

from __future__ import annotations

from collections.abc import Iterable

from vreview.analysis.hit import FunctionSpan
from vreview.analysis.mask import mask
from vreview.analysis.syntax import functions_of, parse


def spans_of(text: bytes) -> tuple[FunctionSpan, ...]:
    """The functions of a C file, in order."""
    return tuple(
        FunctionSpan(found.name, found.first, found.last)
        for found in functions_of(parse(mask(text)))
    )


def function_at(spans: Iterable[FunctionSpan], line: int) -> str:
    """The name of the function around a line, "" outside of all."""
    return next((span.name for span in spans if span.first <= line <= span.last), "")
