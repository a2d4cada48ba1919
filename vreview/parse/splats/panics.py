# SPDX-License-Identifier: GPL-2.0-or-later
"""Splats that end a boot, those of file systems and devices that are still in use, and the rest."""

from __future__ import annotations

import re

from vreview.parse.splats.passing import ALLOCATING, WAITING
from vreview.parse.splats.row import TRAPS, Ends, Row, row

_END = Ends.END_TRACE
_PANIC = r"Kernel panic - not syncing: "

ROWS: tuple[Row, ...] = (
    row(
        "panic-root",
        rf"{_PANIC}VFS: Unable to mount root fs on",
        "kernel panic: VFS: Unable to mount root fs",
        ends=_END,
    ),
    row(
        "panic-no-init",
        rf"{_PANIC}(?:No working init found|Requested init .* failed)",
        "kernel panic: No working init found",
        ends=_END,
    ),
    row(
        "panic-init",
        rf"{_PANIC}Attempted to kill (?P<what>init|the idle task)!",
        "kernel panic: Attempted to kill {what}!",
        ends=_END,
        ensues=True,
    ),
    row(
        "panic-oom",
        rf"{_PANIC}(?P<what>System is deadlocked on memory"
        r"|Out of memory and no killable processes"
        r"|Out of memory: .* panic_on_oom is enabled)",
        "kernel panic: {what}",
        ends=_END,
        through=ALLOCATING,
    ),
    row(
        "stack-protector",
        rf"{_PANIC}stack-protector: Kernel stack is corrupted in: (?P<in>[\w.]+)",
        "kernel panic: stack is corrupted in {in}",
        ends=_END,
    ),
    row(
        "stack-end",
        rf"{_PANIC}corrupted (?:shadow )?stack (?:end )?detected inside scheduler",
        "kernel panic: corrupted stack end in {function}",
        ends=_END,
        through=WAITING,
    ),
    row("panic", rf"{_PANIC}(?P<what>.+)", "kernel panic: {what}", ends=_END),
    row(
        "busy-inodes",
        r"VFS: Busy inodes after unmount of",
        "VFS: Busy inodes after unmount (use-after-free)",
        ends=_END,
        absorbs=TRAPS,
    ),
    row(
        "dentry-in-use",
        r"BUG: Dentry .* still in use \(-?\d+\) +\[unmount of ",
        "BUG: Dentry still in use in unmount",
        absorbs=("warning",),
    ),
    row(
        "netdev-in-use",
        r"unregister_netdevice: waiting for \S+ to become free",
        "unregister_netdevice: waiting for DEV to become free",
    ),
    row(
        "warning",
        r"WARNING: (?:CPU: \d+ PID: \d+ at \S+:\d+|(?:\[.*\] )?\S+:\d+ at)(?: (?P<in>[\w.]+)\+)?",
        "WARNING in {function}",
        ends=_END,
    ),
    row("other-bug", r"BUG: (?P<what>.+)", "BUG: {what}", loose=True),
    row("other-warning", r"WARNING: (?P<what>[a-z].+)", "WARNING: {what}", loose=True),
)

CONSEQUENCES = re.compile(
    r"Fatal exception|hung_task: blocked tasks|softlockup: hung tasks|\w+ set \.\.\.|Hard LOCKUP"
    r"|RCU Stall|Oopsed too often|system warned too often"
)
"""Panics that only say that an earlier splat was one too many."""

BENIGN = re.compile(
    r"WARNING: (?:workqueue cpumask: |can't dereference registers |[Tt]he mand mount option"
    r"|Unprivileged eBPF is enabled|fbcon: Driver|See https|kernel not compiled with)"
    r"|BUG: memory leak$"
)
"""Lines that look like a splat, and complain about the machine or the unwinder, or only announce
one that has a first line of its own."""
