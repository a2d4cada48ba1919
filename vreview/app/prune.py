# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of what vreview keeps is to go: what nobody used for long, then what was used least lately.

Never what a running vreview holds, nor what the user had made by a command of its own. Removes
nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from vreview.errors import InputError
from vreview.model.stored import Entry, Pruned

DAY_S = 86400.0

_SIZE = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,3})?)\s*(?P<unit>[KMGT]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def size_of(text: str) -> int:
    """Bytes of "500M", "20G", "1.5GiB", "0". Raises InputError."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{text!r} is no size", hint="like 500M or 20G")
    return int(float(found["number"]) * _UNITS[found["unit"].upper()])


def to_go(
    entries: Iterable[Entry], *, now: float, keep_days: float | None, max_bytes: int | None
) -> tuple[Entry, ...]:
    """The entries to remove, those used longest ago first.

    ``keep_days``: whatever was not used for so long goes. ``max_bytes``: then more goes until what
    may go and what may not are together no more than that, if they can be.
    """
    known = tuple(entries)
    free = sorted(
        (one for one in known if not one.held and not one.kind.asked_for),
        key=lambda one: (one.used, str(one.path)),
    )
    total = sum(one.bytes for one in known)
    chosen = []
    for one in free:
        old = keep_days is not None and one.used < now - keep_days * DAY_S
        if old or (max_bytes is not None and total > max_bytes):
            chosen.append(one)
            total -= one.bytes
    return tuple(chosen)


def prune(entries: Sequence[Entry], remove: Callable[[Entry], bool]) -> Pruned:
    """Removes one after another; ``remove`` says False for one that is in use by now."""
    done = [(one, remove(one)) for one in entries]
    return Pruned(
        tuple(one for one, gone in done if gone), tuple(one for one, gone in done if not gone)
    )
