# SPDX-License-Identifier: GPL-2.0-or-later
"""Splats of lockdep and of the locks' own checks."""

from __future__ import annotations

import re

from vreview.parse.splats.passing import FREEING, LOCKING
from vreview.parse.splats.row import Ends, Row, row, warned_in

ROWS: tuple[Row, ...] = (
    row(
        "lockdep-circular",
        r"WARNING: possible circular locking dependency detected",
        "possible deadlock in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-recursive",
        r"WARNING: possible recursive locking detected",
        "possible deadlock in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-irq",
        r"WARNING: (?:HARD|SOFT)IRQ-safe -> (?:HARD|SOFT)IRQ-unsafe lock order detected",
        "possible deadlock in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-inversion",
        r"WARNING: possible irq lock inversion dependency detected",
        "possible deadlock in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-inconsistent",
        r"WARNING: inconsistent lock state",
        "inconsistent lock state in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-nested",
        r"WARNING: Nested lock was not taken",
        "WARNING: nested lock was not taken in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-unlock",
        r"WARNING: bad unlock balance detected",
        "WARNING: bad unlock balance in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-contention",
        r"WARNING: bad contention detected",
        "WARNING: bad contention in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-freed",
        r"WARNING: held lock freed",
        "WARNING: held lock freed in {held}",
        through=FREEING,
    ),
    row(
        "lockdep-held",
        r"WARNING: lock held when returning to user space",
        "WARNING: lock held when returning to user space in {held}",
    ),
    row(
        "lockdep-exit",
        r"WARNING: \S+ still has locks held",
        "WARNING: still has locks held in {function}",
        through=re.compile(r"do_exit|do_group_exit"),
    ),
    row(
        "lockdep-wait",
        r"\[ BUG: Invalid wait context \]",
        "WARNING: locking bug in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-rcu",
        r"WARNING: suspicious RCU usage",
        "WARNING: suspicious RCU usage in {function}",
    ),
    row(
        "lockdep-key",
        r"INFO: trying to register non-static key",
        "INFO: trying to register non-static key in {function}",
        through=LOCKING,
    ),
    row(
        "lockdep-limit",
        r"BUG: (?P<what>MAX_\w+) too low!",
        "BUG: {what} too low!",
    ),
    row(
        "lockdep-warning",
        r"DEBUG_LOCKS_WARN_ON\(",
        "WARNING: locking bug in {function}",
        ends=Ends.END_TRACE,
        absorbs=("warning", "locking"),
        needs=f"^{warned_in('kernel/locking/lockdep.c')}",
        through=LOCKING,
    ),
    row(
        "locking",
        warned_in("kernel/locking/lockdep.c"),
        "WARNING: locking bug in {function}",
        ends=Ends.END_TRACE,
        through=LOCKING,
    ),
    row(
        "mutex",
        r"DEBUG_(?:LOCKS|RWSEMS)_WARN_ON\(",
        "WARNING in {function}",
        ends=Ends.END_TRACE,
        absorbs=("warning",),
    ),
    row(
        "rt-mutex",
        r"rtmutex deadlock detected",
        "WARNING in {function}",
        ends=Ends.END_TRACE,
        absorbs=("warning",),
        through=LOCKING,
    ),
    row(
        "spinlock",
        r"BUG: (?P<what>spinlock|rwlock) (?P<how>[\w -]+) on CPU",
        "BUG: {what} {how} in {function}",
        through=LOCKING,
    ),
)
