# SPDX-License-Identifier: GPL-2.0-or-later
"""``printk()`` whose format begins without a level.

Silent for a level that is handed in, and for what looks like the rest of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.checks.manners.walks import call_text, calls
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "printk-without-level"
_PRINTK = frozenset({"printk", "printk_ratelimited", "printk_once"})
_BARE = re.compile(rb'\w+\s*\(\s*"(?!\\001|\\n|\s)(?P<words>[^"\n]{0,40})')


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each call."""
    for call in calls(function, _PRINTK):
        found = _BARE.match(call_text(file, call))
        if found is None:
            continue
        words = found["words"].decode("utf-8", "replace")
        yield Hit(
            rule=RULE,
            function=function.name,
            line=call.line,
            subject=words,
            words=(("call", call.text), ("words", words)),
            steps=(HitStep(call.line, "the format begins without KERN_ERR, KERN_INFO or another"),),
        )
