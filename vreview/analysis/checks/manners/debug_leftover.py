# SPDX-License-Identifier: GPL-2.0-or-later
"""A call that people add to see where the code goes, and forget: dump_stack(), "here", __LINE__.

Silent in functions whose name says that they report, and for a stack that a message announces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import call_text, calls, first_string
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "debug-leftover"
_REPORTS = re.compile(r"dump|debug|dbg|panic|oops|show|trace|report|warn|bug|die|print|log|splat")
_EXPLAINS = re.compile(
    rb"(?:printk\w*|_(?:err|warn|info|notice|crit|alert)\w*|dbg\w*|log\w*)\s*\(.*\"|dump\w*\s*\("
)
_MARKER = re.compile(
    r"\W*(?:(?:got|was|am|i am|we are|we're|reached)\s+)?(?:here|there|x{3,}|z{3,}|foo|bar|test\d*|"
    r"hello(?:\W+world)?|aaa+|debug(?:ging)?|todo|fixme|wtf)\W*(?:\d+\W*)?",
    re.IGNORECASE,
)
_ONLY_PLACES = re.compile(r"(?:%[sdui]|line|\\[nt]|[^\w%\\])*", re.IGNORECASE)


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each such call."""
    if _REPORTS.search(function.name):
        return
    for call in calls(function, file.knowledge.manners_of("debug_calls")):
        before = b" ".join(file.lines[max(0, call.line - 7) : call.line - 1])
        if _EXPLAINS.search(before.rsplit(b"{", 1)[-1]):
            continue
        yield _hit(function, call.line, f"{call.text}()", call.text)
    for call in calls(function, file.knowledge.manners_of("printers")):
        text = call_text(file, call)
        words = first_string(text)
        bare = b"__LINE__" in text and _ONLY_PLACES.fullmatch(words)
        if words and (bare or _MARKER.fullmatch(words.replace("\\n", " "))):
            yield _hit(function, call.line, f'{call.text}("{words}")', words)


def _hit(function: FunctionFacts, line: int, what: str, subject: str) -> Hit:
    return Hit(
        rule=RULE,
        function=function.name,
        line=line,
        subject=subject,
        words=(("call", what),),
        steps=(HitStep(line, "says where the code is, nothing of what went wrong"),),
    )
