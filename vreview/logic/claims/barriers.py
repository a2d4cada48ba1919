# SPDX-License-Identifier: GPL-2.0-or-later
"""A fix that brings memory barriers of its own: more to review than a fix should have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.logic.claims.said import Claim, Message

BARRIERS = "barriers-in-a-fix"
_FIXES = re.compile(r"Fixes:\s+[0-9a-f]{8,}", re.IGNORECASE)
_BARRIER = re.compile(
    rb"\b(smp_(?:mb|rmb|wmb|load_acquire|store_release|mb__\w+)|(?:mb|rmb|wmb)(?=\(\)))\s*\("
)
_FEWEST = 2


def check_barriers(message: Message) -> Iterator[Claim]:
    """At most one remark a patch, on its ``Fixes:`` line."""
    line = next((n for n, t in enumerate(message.lines, start=1) if _FIXES.match(t)), 0)
    if not line:
        return
    added, taken = list[str](), list[str]()
    for diff in message.files:
        for hunk in diff.hunks:
            for text in hunk.lines:
                side = {b"+": added, b"-": taken}.get(text[:1])
                if side is not None:
                    side += [name.decode() for name in _BARRIER.findall(text)]
    new = len(added) - len(taken)
    if new < _FEWEST:
        return
    names = ", ".join(f"{name}()" for name in sorted(set(added)))
    yield Claim(
        check=BARRIERS,
        message=message,
        line=line,
        subject=names,
        words=(("count", str(new)), ("barriers", names)),
        steps=((line, f"a fix that adds {names}"),),
    )
