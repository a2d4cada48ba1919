# SPDX-License-Identifier: GPL-2.0-or-later
"""Splats of a processor that could not go on: faults, traps, BUG()."""

from __future__ import annotations

import re

from vreview.parse.splats.passing import MEMORY
from vreview.parse.splats.row import OOPSES, TRAPS, Ends, Row, row

_END = Ends.END_TRACE

ROWS: tuple[Row, ...] = (
    row(
        "null-deref",
        r"(?:BUG: (?:unable to handle )?kernel|Unable to handle kernel) NULL pointer dereference",
        "BUG: unable to handle kernel NULL pointer dereference in {function}",
        ends=_END,
        absorbs=OOPSES,
        through=MEMORY,
    ),
    row(
        "page-fault",
        r"BUG: unable to handle (?:page fault for|kernel paging request)"
        r"|Unable to handle kernel paging request",
        "BUG: unable to handle kernel paging request in {function}",
        ends=_END,
        absorbs=OOPSES,
        through=MEMORY,
    ),
    row(
        "user-access",
        r"Unable to handle kernel access to user memory",
        "BUG: unable to handle kernel access to user memory in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "permission-fault",
        r"Unable to handle kernel (?P<what>execute from non-executable memory"
        r"|write to read-only memory|read from unreadable memory)",
        "BUG: unable to handle kernel {what} in {function}",
        ends=_END,
        absorbs=OOPSES,
        through=MEMORY,
    ),
    row(
        "gpf",
        r"(?:segment-related )?general protection fault(?!.* ip:)[,:]",
        "general protection fault in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "stack-segment",
        r"stack segment: [0-9a-f]{4} \[#",
        "stack segment fault in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "missing-endbr",
        r"(?:traps: )?Missing ENDBR: (?P<in>[\w.]+)\+",
        "Missing ENDBR in {in}",
        ends=_END,
        absorbs=TRAPS,
    ),
    row(
        "cfi",
        r"CFI failure at (?P<in>[\w.]+)\+",
        "CFI failure in {in}",
        ends=_END,
        absorbs=TRAPS,
    ),
    row(
        "usercopy",
        r"usercopy: Kernel memory (?:exposure|overwrite) attempt detected",
        "BUG: bad usercopy in {function}",
        ends=_END,
        absorbs=TRAPS,
        through=MEMORY,
    ),
    row(
        "fortify",
        r"(?:detected buffer overflow in|mem\w+: detected buffer overflow|str\w+: detected buffer)",
        "kernel BUG in {function}",
        ends=_END,
        absorbs=TRAPS,
        through=MEMORY,
    ),
    row(
        "field-overflow",
        r"mem\w+: detected field-spanning (?:write|read)",
        "WARNING in {function}",
        ends=_END,
        absorbs=("warning",),
    ),
    row(
        "bug",
        r"kernel BUG at \S+:\d+!",
        "kernel BUG in {function}",
        ends=_END,
        absorbs=OOPSES,
        through=re.compile(r"skb_\w+"),
    ),
    row(
        "divide-error",
        r"divide[ _]error: ",
        "divide error in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "guard-page",
        r"BUG: (?:IRQ |TASK |NMI )?stack guard page was hit",
        "BUG: stack guard page was hit in {function}",
        ends=_END,
        absorbs=(*OOPSES, "double-fault"),
    ),
    row(
        "stack-overflow",
        r"Insufficient stack space to handle exception!|kernel stack overflow \((?:page|double)",
        "kernel stack overflow in {function}",
        ends=_END,
        absorbs=(*OOPSES, "double-fault"),
    ),
    row(
        "double-fault",
        r"(?:traps: )?(?:PANIC: )?double fault",
        "PANIC: double fault in {function}",
        ends=_END,
        absorbs=(*OOPSES, "double-fault"),
    ),
    row(
        "early-exception",
        r"PANIC: early exception (?P<what>0x[0-9a-f]+)",
        "PANIC: early exception in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "int3",
        r"int3: [0-9a-f]{4} \[#",
        "int3 in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "invalid-opcode",
        r"invalid opcode: ",
        "invalid opcode in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "serror",
        r"SError Interrupt on CPU",
        "SError Interrupt in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "internal-error",
        r"Internal error: (?!Oops: )(?P<what>[\w/ -]+?)(?:: [0-9a-f]|$)",
        "Internal error in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
    row(
        "oops",
        r"(?:Internal error: )?Oops(?:: | -)",
        "Oops in {function}",
        ends=_END,
        absorbs=OOPSES,
    ),
)
