# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of splats: what the kernel prints when something is wrong, a row each.

A new splat is a row here and a log in tests/golden/console. The titles are those that syzbot
gives, so that a search on the list finds the same bug. Nothing here reads a log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from vreview.model.observation import Severity


class Ends(Enum):
    """Where a splat's text ends, if nothing else starts before."""

    END_TRACE = re.compile(r"---\[ end (?:trace|Kernel panic)")
    STACK = None
    RULER = re.compile(r"^={20,}$")


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of splat.

    ``start`` matches the first line (after its timestamp). ``title`` may use ``{function}``, the
    innermost function that is not a helper, and the named groups of ``start``. ``absorbs`` names
    the kinds whose first line belongs to this splat while it goes on. ``through`` are further
    functions that are on the way to the interesting one.
    """

    kind: str
    start: re.Pattern[str]
    title: str
    ends: Ends = Ends.STACK
    absorbs: tuple[str, ...] = ()
    through: re.Pattern[str] | None = None
    severity: Severity = Severity.ERROR


HELPERS = re.compile(
    r"""(?:
      _*dump_stack(?:_lvl)? | show_stack | show_trace_log_lvl | _*warn(?:_slowpath\w*)? |
      __warn_printk | report_bug | handle_bug | exc_\w+ | asm_exc_\w+ | do_error_trap |
      do_trap\w* | die(?:_body)? | _*die_addr | oops_end | page_fault_oops |
      kernelmode_fixup_or_oops | no_context | bad_area\w* | do_user_addr_fault |
      handle_page_fault | do_page_fault | error_entry | panic | check_panic_on_warn | nmi_\w+ |
      sysvec_\w+ | asm_sysvec_\w+ | print_\w+ | _*kasan_\w+ | _*asan_\w+ |
      check_memory_region\w* | __ubsan_\w+ | ubsan_\w+ | _*lock_acquire | lock_release |
      lockdep_\w+ | check_(?:noncircular|prev_add|irq_usage|deadlock)\w* | validate_chain |
      mark_lock\w* | mark_usage | mark_held_locks | valid_state | __bfs |
      _*might_(?:sleep|resched|fault) | ___might_sleep | __schedule_bug | refcount_warn_saturate
    | __list_\w+_valid(?:_or_report)? | kmsan_\w+ | debug_check_no_locks_\w+ |
      register_lock_class | assign_lock_key | check_flags\w* | rcu_read_lock\w* |
      watchdog_timer_fn | __hrtimer_run_queues | hrtimer_interrupt | __sysvec_\w+ | dump_header
    | dump_page | oom_kill_process | out_of_memory | bad_page | rcu_\w*stall\w* |
      rcu_sched_clock_irq | update_process_times | tick_\w+ | spin_bug | do_raw_spin_(?:un)?lock
    | debug_spin_\w+ | report_\w+ | add_taint | preempt_count_\w+
    )""",
    re.VERBOSE,
)
"""Functions that tell how the kernel reports, not what went wrong."""

_LOCKING = re.compile(
    r"""(?:
      _*mutex_(?:un)?lock\w* | _*down_(?:read|write)\w* |
      _*raw_(?:spin|read|write)_(?:un)?lock\w* | _*(?:spin|read|write)_(?:un)?lock\w* |
      ww_mutex_lock\w* | rt_mutex_\w+ | do_raw_\w+ | lock_sock\w* | rwsem_\w+ | percpu_down_\w+
    | _*might_lock\w* | cpus_read_lock | flush_work | __flush_work | _*up_(?:read|write)
    )""",
    re.VERBOSE,
)
_WAITING = re.compile(
    r"""(?:
      _*schedule(?:_\w+)? | msleep\w* | usleep_range\w* | io_schedule\w* | preempt_schedule\w* |
      _*wait_(?:for_|on_)\w+ |
      do_wait_for_common | _*cond_resched\w* | bit_wait\w* | out_of_line_wait\w* |
      context_switch | _*mutex_lock\w* | rwsem_down_\w+ | _*down_(?:read|write)\w* |
      _*synchronize_s?rcu\w* | dequeue_\w+
    )""",
    re.VERBOSE,
)
_FREEING = re.compile(r"(?:slab_\w+|_*k?v?free\w*|_*kmem_cache_free\w*|_*free_pages\w*)")
_BUSY = re.compile(
    r"(?:_*(?:raw_)?spin_\w+|_*raw_(?:spin|read|write)_\w+|native_\w+|queued_\w+"
    r"|csd_lock_wait\w*|smp_call_function\w*)"
)


def _row(
    kind: str,
    start: str,
    title: str,
    *,
    ends: Ends = Ends.STACK,
    absorbs: tuple[str, ...] = (),
    through: re.Pattern[str] | None = None,
    severity: Severity = Severity.ERROR,
) -> Row:
    return Row(kind, re.compile(start), title, ends, absorbs, through, severity)


_OOPSES = ("oops", "invalid-opcode", "panic")

ROWS: tuple[Row, ...] = (
    _row(
        "kasan",
        r"BUG: KASAN: (?P<what>[\w -]+?) in (?P<in>[\w.]+)",
        "KASAN: {what} in {in}",
        ends=Ends.RULER,
        absorbs=("panic",),
    ),
    _row(
        "kfence",
        r"BUG: KFENCE: (?P<what>[\w -]+?) in (?P<in>[\w.]+)",
        "KFENCE: {what} in {in}",
        ends=Ends.RULER,
        absorbs=("panic",),
    ),
    _row(
        "kcsan",
        r"BUG: KCSAN: (?P<what>[\w-]+) in (?P<in>[\w.]+(?: / [\w.]+)?)",
        "KCSAN: {what} in {in}",
        ends=Ends.RULER,
    ),
    _row(
        "ubsan",
        r"UBSAN: (?P<what>[\w -]+?) in \S+:\d+",
        "UBSAN: {what} in {function}",
        ends=Ends.RULER,
    ),
    _row(
        "null-deref",
        r"BUG: (?:unable to handle )?kernel NULL pointer dereference",
        "BUG: unable to handle kernel NULL pointer dereference in {function}",
        ends=Ends.END_TRACE,
        absorbs=_OOPSES,
    ),
    _row(
        "page-fault",
        r"BUG: unable to handle (?:page fault for|kernel paging request)",
        "BUG: unable to handle kernel paging request in {function}",
        ends=Ends.END_TRACE,
        absorbs=_OOPSES,
    ),
    _row(
        "gpf",
        r"general protection fault(?!.* ip:)",
        "general protection fault in {function}",
        ends=Ends.END_TRACE,
        absorbs=_OOPSES,
    ),
    _row(
        "list-corruption",
        r"list_(?:add|del)(?:_\w+)? corruption|list_(?:add|del) double",
        "BUG: corrupted list in {function}",
        ends=Ends.END_TRACE,
        absorbs=(*_OOPSES, "bug", "warning"),
    ),
    _row(
        "refcount",
        r"refcount_t: (?P<what>[\w ;,-]+)",
        "WARNING: refcount bug in {function}",
        ends=Ends.END_TRACE,
        absorbs=("warning",),
    ),
    _row(
        "bug",
        r"kernel BUG at \S+:\d+!",
        "kernel BUG in {function}",
        ends=Ends.END_TRACE,
        absorbs=_OOPSES,
    ),
    _row(
        "divide-error",
        r"divide error: ",
        "divide error in {function}",
        ends=Ends.END_TRACE,
        absorbs=_OOPSES,
    ),
    _row(
        "double-fault",
        r"(?:traps: )?(?:PANIC: )?double fault",
        "double fault in {function}",
        ends=Ends.END_TRACE,
        absorbs=_OOPSES,
    ),
    _row(
        "stack-overflow",
        r"BUG: (?:IRQ |TASK |NMI )?stack guard page was hit|kernel stack overflow",
        "kernel stack overflow in {function}",
        ends=Ends.END_TRACE,
        absorbs=(*_OOPSES, "double-fault"),
    ),
    _row(
        "invalid-opcode",
        r"invalid opcode: ",
        "invalid opcode in {function}",
        ends=Ends.END_TRACE,
        absorbs=_OOPSES,
    ),
    _row(
        "oops",
        r"(?:Internal error: )?Oops(?:: | -)",
        "Oops in {function}",
        ends=Ends.END_TRACE,
        absorbs=_OOPSES,
    ),
    _row(
        "lockdep-circular",
        r"WARNING: possible circular locking dependency detected",
        "possible deadlock in {function}",
        through=_LOCKING,
    ),
    _row(
        "lockdep-recursive",
        r"WARNING: possible recursive locking detected",
        "possible deadlock in {function}",
        through=_LOCKING,
    ),
    _row(
        "lockdep-irq",
        r"WARNING: (?:possible irq lock inversion dependency|\S+ -> \S+ lock order) detected",
        "possible deadlock in {function}",
        through=_LOCKING,
    ),
    _row(
        "lockdep-inconsistent",
        r"WARNING: inconsistent lock state",
        "inconsistent lock state in {function}",
        through=_LOCKING,
    ),
    _row(
        "lockdep-unlock",
        r"WARNING: bad unlock balance detected",
        "bad unlock balance in {function}",
        through=_LOCKING,
    ),
    _row(
        "lockdep-freed",
        r"WARNING: held lock freed",
        "WARNING: held lock freed in {function}",
        through=_FREEING,
    ),
    _row(
        "lockdep-held",
        r"WARNING: lock held when returning to user space",
        "WARNING: lock held when returning to user space in {held}",
    ),
    _row(
        "lockdep-exit",
        r"WARNING: \S+ still has locks held",
        "WARNING: still has locks held in {function}",
        through=re.compile(r"do_exit|do_group_exit"),
    ),
    _row(
        "lockdep-wait",
        r"\[ BUG: Invalid wait context \]",
        "WARNING: invalid wait context in {function}",
        through=_LOCKING,
    ),
    _row(
        "lockdep-rcu",
        r"WARNING: suspicious RCU usage",
        "WARNING: suspicious RCU usage in {function}",
    ),
    _row(
        "lockdep-key",
        r"INFO: trying to register non-static key",
        "INFO: trying to register non-static key in {function}",
        through=_LOCKING,
    ),
    _row(
        "sleep-in-atomic",
        r"BUG: sleeping function called from invalid context",
        "BUG: sleeping function called from invalid context in {function}",
        through=_LOCKING,
    ),
    _row(
        "scheduling-while-atomic",
        r"BUG: scheduling while atomic",
        "BUG: scheduling while atomic in {function}",
        through=_WAITING,
    ),
    _row(
        "soft-lockup",
        r"(?:watchdog: )?BUG: soft lockup",
        "BUG: soft lockup in {function}",
        absorbs=("panic",),
        through=_BUSY,
    ),
    _row(
        "hard-lockup",
        r"(?:NMI )?[Ww]atchdog(?:: Watchdog)? detected hard LOCKUP",
        "BUG: hard lockup in {function}",
        absorbs=("panic",),
        through=_BUSY,
    ),
    _row(
        "rcu-stall",
        r"(?:rcu: )?INFO: rcu\w* (?:self-)?detected (?:expedited )?stalls?",
        "INFO: rcu detected stall in {function}",
        through=_BUSY,
    ),
    _row(
        "hung-task",
        r"INFO: task (?P<task>.+):\d+ (?:<[^>]*> )?blocked for more than",
        "INFO: task hung in {function}",
        absorbs=("panic",),
        through=_WAITING,
    ),
    _row("workqueue-lockup", r"BUG: workqueue lockup", "BUG: workqueue lockup"),
    _row(
        "bad-page", r"BUG: Bad page (?P<what>state|map|cache)", "BUG: Bad page {what} in {function}"
    ),
    _row("bad-rss", r"BUG: Bad rss-counter state", "BUG: Bad rss-counter state"),
    _row(
        "spinlock",
        r"BUG: (?P<what>spinlock|rwlock) (?P<how>[\w ]+) on CPU",
        "BUG: {what} {how} in {function}",
    ),
    _row(
        "warning",
        r"WARNING: CPU: \d+ PID: \d+ at \S+:\d+(?: (?P<in>[\w.]+)\+)?",
        "WARNING in {function}",
        ends=Ends.END_TRACE,
    ),
    _row(
        "oom",
        r"(?P<task>\S+) invoked oom-killer",
        "out of memory",
        severity=Severity.WARNING,
    ),
    _row(
        "panic",
        r"Kernel panic - not syncing: (?P<what>.+)",
        "kernel panic: {what}",
        ends=Ends.END_TRACE,
    ),
    _row("other-bug", r"BUG: (?P<what>.+)", "BUG: {what}"),
    _row("other-warning", r"WARNING: (?P<what>[a-z].+)", "WARNING: {what}"),
)
"""In the order of trial: the first row that matches a line names it."""

CONSEQUENCES = re.compile(
    r"Fatal exception|hung_task: blocked tasks|softlockup: hung tasks|\w+ set \.\.\.|Hard LOCKUP"
)
"""Panics that only say that an earlier splat was one too many."""
