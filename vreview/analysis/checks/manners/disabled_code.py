# SPDX-License-Identifier: GPL-2.0-or-later
"""Code behind ``#if 0``: nothing compiles it, so nothing keeps it right.

A check of the text: what stands behind it is not read as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.facts import FileFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "disabled-code"
_OFF = re.compile(rb"[ \t]*#[ \t]*if[ \t]+(?:0|false)[ \t]*(?:/[/*].*)?\r?")


def check_file(file: FileFacts) -> Iterator[Hit]:
    """One hit for each such directive that does not stand in a comment."""
    for number, line in enumerate(file.lines, start=1):
        if not line.lstrip().startswith(b"#") or not _OFF.fullmatch(line):
            continue
        if any(comment.first < number <= comment.last for comment in file.comments):
            continue
        yield Hit(
            rule=RULE,
            function=file.function_at(number),
            line=number,
            subject=_first_words(file, number),
            words=(("code", _first_words(file, number)),),
            steps=(HitStep(number, "what follows is never compiled"),),
        )


def _first_words(file: FileFacts, number: int) -> str:
    following = (line.strip() for line in file.lines[number : number + 8])
    first = next((line for line in following if line), b"")
    return first[:40].decode("utf-8", "replace")
