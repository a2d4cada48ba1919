# SPDX-License-Identifier: GPL-2.0-or-later
"""Splats of what stands still, and of what sleeps where it may not."""

from __future__ import annotations

from vreview.parse.splats.passing import BUSY, LOCKING, WAITING
from vreview.parse.splats.row import PANICS, Ends, Row, row

_KTHREAD = r".*grace-period kthread stack dump:"

ROWS: tuple[Row, ...] = (
    row(
        "sleep-in-atomic",
        r"BUG: sleeping function called from invalid context",
        "BUG: sleeping function called from invalid context in {function}",
        through=LOCKING,
    ),
    row(
        "scheduling-while-atomic",
        r"BUG: scheduling while atomic",
        "BUG: scheduling while atomic in {function}",
        through=WAITING,
    ),
    row(
        "sleep-in-rcu",
        r"Voluntary context switch within RCU read-side critical section!",
        "WARNING in {function}",
        ends=Ends.END_TRACE,
        absorbs=("warning",),
        through=WAITING,
    ),
    row(
        "atomic-leak",
        r"BUG: workqueue leaked (?:lock or )?atomic",
        "BUG: workqueue leaked lock or atomic in {last}",
        details=r"^\s*last function: (?P<last>[\w.]+)",
    ),
    row(
        "softirq-leak",
        r"(?:softirq: )?huh, entered softirq \d+ (?P<what>\w+) \S+ with preempt_count",
        "softirq {what} leaks its preempt_count",
    ),
    row(
        "preemptible",
        r"BUG: using (?P<what>\w+)\(\) in preemptible",
        "BUG: using {what}() in preemptible code in {function}",
    ),
    row(
        "assumed-context",
        r"BUG: assuming (?P<what>atomic|non migratable) context at",
        "BUG: assuming {what} context in {function}",
    ),
    row(
        "soft-lockup",
        r"(?:watchdog: )?BUG: soft lockup",
        "BUG: soft lockup in {function}",
        absorbs=PANICS,
        through=BUSY,
    ),
    row(
        "hard-lockup",
        r"(?:(?:NMI )?[Ww]atchdog(?:: Watchdog)?|watchdog: CPU\d+: Watchdog)"
        r" detected hard LOCKUP",
        "BUG: hard lockup in {function}",
        absorbs=PANICS,
        through=BUSY,
        everyone=True,
    ),
    row(
        "rcu-tasks-stall",
        r"(?:rcu: )?INFO: rcu_tasks\w* detected stalls on tasks",
        "INFO: rcu detected stall in {function}",
        through=WAITING,
        absorbs=PANICS,
    ),
    row(
        "rcu-expedited",
        r"(?:rcu: )?INFO: rcu\w* detected expedited stalls?",
        "INFO: rcu detected stall in {function}",
        absorbs=PANICS,
        through=BUSY,
        skips=_KTHREAD,
        everyone=True,
    ),
    row(
        "rcu-stall",
        r"(?:rcu: )?INFO: rcu\w* (?:self-)?detected stalls?",
        "INFO: rcu detected stall in {function}",
        absorbs=PANICS,
        through=BUSY,
        skips=_KTHREAD,
        everyone=True,
    ),
    row(
        "hung-task",
        r"INFO: task (?P<task>.+):\d+ (?:<[^>]*> )?(?:is )?blocked (?:for more than|in I/O)",
        "INFO: task hung in {function}",
        absorbs=PANICS,
        through=WAITING,
    ),
    row(
        "undying-task",
        r"INFO: task (?P<task>.+):\d+ can't die for more than",
        "INFO: task can't die in {function}",
        absorbs=PANICS,
        through=WAITING,
    ),
    row("workqueue-lockup", r"BUG: workqueue lockup", "BUG: workqueue lockup"),
    row(
        "csd-lock",
        r"(?:smp: )?csd: Detected non-responsive CSD lock",
        "csd: non-responsive CSD lock in {function}",
        through=BUSY,
        everyone=True,
    ),
    row(
        "irq-nobody",
        r"irq \d+: nobody cared",
        "irq: nobody cared",
    ),
)
