# SPDX-License-Identifier: GPL-2.0-or-later
"""Splats of the sanitizers, the allocators, and the checks of counts and lists."""

from __future__ import annotations

from vreview.model.observation import Severity
from vreview.parse.splats.passing import (
    ALLOCATING,
    COUNTING,
    DMA,
    KASAN,
    OBJECTS,
    REGISTERING,
    SLAB,
)
from vreview.parse.splats.row import PANICS, TRAPS, Ends, Row, row, warned_in

_RULER = Ends.RULER
_END = Ends.END_TRACE

ROWS: tuple[Row, ...] = (
    row(
        "kasan-free",
        r"BUG: KASAN: (?:double-free or invalid-free|double-free|invalid-free) in (?P<in>[\w.]+)",
        "KASAN: invalid-free in {function}",
        ends=_RULER,
        absorbs=PANICS,
        through=KASAN,
    ),
    row(
        "kasan",
        r"BUG: KASAN: (?P<what>[\w -]+?)(?: in (?P<in>[\w.]+).*)?$",
        "KASAN: {what} {access} in {function}",
        ends=_RULER,
        absorbs=PANICS,
        through=KASAN,
        details=r"^(?P<access>Read|Write) (?:of size \d+ )?at addr ",
    ),
    row(
        "kfence",
        r"BUG: KFENCE: (?P<what>[\w -]+?) in (?P<in>[\w.]+)",
        "KFENCE: {what} in {function}",
        ends=_RULER,
        absorbs=PANICS,
        through=KASAN,
        stack=r"(?:Out-of-bounds|Use-after-free|Corrupted memory|Invalid (?:read|write|free)) .*:$",
    ),
    row(
        "kcsan",
        r"BUG: KCSAN: (?P<what>[\w-]+(?:: race)?) in (?P<in>[\w.]+)"
        r"(?:\+\S*)?(?P<other> / [\w.]+)?",
        "KCSAN: {what} in {in}{other}",
        ends=_RULER,
        absorbs=PANICS,
        stack=r"(?:race at unknown origin, with )?(?:assert no|read|write|read-write)"
        r".* of \d+ bytes by .*:$",
    ),
    row(
        "kmsan",
        r"BUG: KMSAN: (?P<what>[\w-]+) in (?P<in>[\w.]+)",
        "KMSAN: {what} in {in}",
        ends=_RULER,
        absorbs=PANICS,
        stack=r"BUG: KMSAN: ",
    ),
    row(
        "ubsan-old",
        r"UBSAN: Undefined behaviour in \S+:\d+",
        "UBSAN: undefined-behaviour in {function}",
        ends=_RULER,
        absorbs=PANICS,
    ),
    row(
        "ubsan",
        r"UBSAN: (?P<what>[\w -]+?) in \S+:\d+",
        "UBSAN: {what} in {function}",
        ends=_RULER,
        absorbs=PANICS,
    ),
    row(
        "memory-leak",
        r"(?:kmemleak: )?unreferenced object 0x",
        "memory leak in {function}",
        stack=r" *(?:kmemleak: *)?backtrace(?: \(crc [0-9a-f]+\))?:",
        through=ALLOCATING,
    ),
    row(
        "kmemleak",
        r"kmemleak: \d+ new suspected memory leaks",
        "kmemleak: new suspected memory leaks",
    ),
    row(
        "list-corruption",
        r"list_(?:add|del)(?:_\w+)? corruption|list_(?:add|del) double",
        "BUG: corrupted list in {function}",
        ends=_END,
        absorbs=TRAPS,
    ),
    row(
        "refcount",
        rf"refcount_t: |{warned_in('lib/refcount.c')}",
        "WARNING: refcount bug in {function}",
        ends=_END,
        absorbs=("warning", "refcount"),
        through=COUNTING,
    ),
    row(
        "odebug",
        rf"ODEBUG: \w+ \w+ \(active state|{warned_in('lib/debugobjects.c')}",
        "WARNING: ODEBUG bug in {function}",
        ends=_END,
        absorbs=("warning", "odebug"),
        through=OBJECTS,
    ),
    row(
        "no-release",
        r"Device '[^']*' does not have a release\(\) function",
        "WARNING in {function}",
        ends=_END,
        absorbs=("warning",),
        through=REGISTERING,
    ),
    row(
        "sysfs-duplicate",
        r"sysfs: cannot create duplicate filename",
        "sysfs: cannot create duplicate filename in {function}",
        absorbs=("kobject",),
        through=REGISTERING,
    ),
    row(
        "kobject",
        r"(?:kobject: )?(?:kobject_add_internal failed for "
        r"|kobject.*: (?:tried to (?:init|add) an (?:un)?initialized object|is not initialized))"
        rf"|{warned_in('lib/kobject.c')}",
        "WARNING: kobject bug in {function}",
        ends=_END,
        absorbs=("warning", "kobject"),
        through=REGISTERING,
    ),
    row(
        "proc-duplicate",
        rf"proc_dir_entry '[^']*' already registered|{warned_in('fs/proc/generic.c')}",
        "WARNING: proc registration bug in {function}",
        ends=_END,
        absorbs=("warning", "proc-duplicate"),
        through=REGISTERING,
    ),
    row(
        "dma-debug",
        r"DMA-API: (?!.*(?:preallocated|debugging (?:enabled|disabled)|kernel config option))",
        "WARNING: DMA-API bug in {function}",
        ends=_END,
        through=DMA,
        absorbs=("warning",),
    ),
    row(
        "bad-page",
        r"BUG: Bad page (?P<what>state|cache) in process",
        "BUG: Bad page {what} in {function}",
        through=SLAB,
        # Who allocated the page, where page_owner knows it, tells bugs apart; who tripped over it
        # does not.
        stack=r"page last allocated| *Call [Tt]race:",
    ),
    row("bad-page-map", r"BUG: Bad page map(?: in process|:)", "BUG: Bad page map"),
    row("bad-rss", r"BUG: Bad rss-counter state", "BUG: Bad rss-counter state"),
    row(
        "page-tables-left",
        r"BUG: non-zero pgtables_bytes on freeing mm",
        "BUG: non-zero pgtables_bytes on freeing mm",
    ),
    row(
        "slab",
        r"BUG [\w.:-]+ \((?:Not tainted|Tainted: .*?)\): (?P<what>[A-Z][\w ]+?)"
        r"(?: (?:0x|on ).*|[.,].*)?$",
        "BUG: {what} in {function}",
        through=SLAB,
    ),
    row(
        "kmalloc",
        r"WARNING: (?:CPU: \d+ PID: \d+ at )?mm/\w+\.c:\d+ (?:at )?\w*malloc",
        "WARNING: kmalloc bug in {function}",
        ends=_END,
        through=ALLOCATING,
    ),
    row(
        "allocation-failure",
        r"\S+: page allocation failure: order:\d+",
        "page allocation failure in {function}",
        through=ALLOCATING,
        severity=Severity.WARNING,
    ),
    row(
        "oom-memcg",
        r"(?P<task>.{1,16}) invoked oom-killer: ",
        "out of memory in a memory cgroup",
        through=ALLOCATING,
        needs=r"oom-kill:constraint=CONSTRAINT_MEMCG|^Memory cgroup out of memory:|^memory: usage ",
        severity=Severity.WARNING,
    ),
    row(
        "oom",
        r"(?P<task>.{1,16}) invoked oom-killer: ",
        "out of memory",
        through=ALLOCATING,
        absorbs=("panic-oom",),
        severity=Severity.WARNING,
    ),
)
