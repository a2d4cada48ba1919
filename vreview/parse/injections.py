# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what vreview/guest/inject says of the failures that it made, and what the console does.

The program's lines: "#@ run R case C call NAME occurrence O nth N of M injected 0|1 pid P ended E
fresh F". On the console stands "vreview-inject: run R case C pid P nth N call NAME" before each
failure, after it the kernel's own "FAULT_INJECTION: forcing a failure." with a stack, and
"vreview-inject: run R ended" at the run's end. Both texts are hostile: they are only ever matched.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vreview.model.injection import Injected, Injection
from vreview.model.trial import Splat
from vreview.parse.printk import console_lines

_TOLD = re.compile(
    r"#@ run (?P<run>\d{1,6}) case (?P<case>[!-~]{1,100}) call (?P<call>[!-~]{1,100})"
    r" occurrence (?P<occurrence>\d{1,9}) nth (?P<nth>\d{1,6}) of \d+ injected (?P<injected>[01])"
    r" pid (?P<pid>\d{1,9}) ended (?P<ended>[\w-]{1,20})"
)
_MARK = re.compile(
    r"vreview-inject: run (?P<run>\d{1,6}) (?:case (?P<case>[!-~]{1,100}) pid (?P<pid>\d{1,9})"
    r" nth (?P<nth>\d{1,6}) call (?P<call>[!-~]{1,100})|ended)"
)
_FORCED = "FAULT_INJECTION: forcing a failure."
_NAME = re.compile(r"name (?P<name>\w{1,40}), interval")
_FRAME = re.compile(r"\s+(?P<guess>\? )?(?P<function>[A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+")
_ENDS = re.compile(r"\s*(?:</TASK>|RIP: 0033)")
_OURS = ("dump_stack", "should_fail", "fail_dump", "__should_fail", "show_stack")
_OWNER = re.compile(r'comm "[^"]{0,40}", pid (?P<pid>\d{1,9})')
_MOST_FRAMES, _MOST_LINES = 40, 2000


def behind(injected: Injected, splat: Splat) -> Injection | None:
    """What had failed when the kernel reported: for lost memory by whose it was, else the last
    failure before it on the console."""
    if splat.kind == "memory-leak":
        found = _OWNER.search(splat.text)
        by_pid = {one.pid: one for one in reversed(injected.injections)}
        return by_pid.get(int(found["pid"])) if found else None
    at = bisect_right(injected.marks, (splat.line, 1 << 30)) - 1
    run = injected.marks[at][1] if at >= 0 else 0
    return next((one for one in injected.injections if one.run == run), None)


def parse_injections(output: str, console: str) -> Injected:
    """What the program told, with the stacks that the console has for it. A failure in which the
    guest died is known from the console alone."""
    known = {one.run: one for one in _told(output)}
    marks: list[tuple[int, int]] = []
    whole = set(known)
    for number, run, found in _console(console):
        marks.append((number, run))
        before = known.get(run)
        if found is None:
            whole.add(run)
        elif before is not None:
            known[run] = replace(before, what=found.what, stack=found.stack)
        elif found.what:
            known[run] = found
    for run in known.keys() - whole:
        known[run] = replace(known[run], ended="died")
    return Injected(tuple(known[run] for run in sorted(known)), tuple(marks))


def _told(output: str) -> Iterator[Injection]:
    """The failures that were made; not those runs in which nothing was left to fail."""
    for line in output.splitlines():
        found = _TOLD.match(line)
        if found and found["injected"] == "1":
            yield Injection(
                int(found["run"]),
                found["case"],
                found["call"],
                int(found["nth"]),
                int(found["occurrence"]),
                int(found["pid"]),
                found["ended"],
            )


def _console(console: str) -> Iterator[tuple[int, int, Injection | None]]:
    """For each mark the line's number, from 1, the run, and, where it begins one, what failed."""
    lines = [line.text for line in console_lines(console)]
    for index, text in enumerate(lines):
        found = _MARK.search(text)
        if not found:
            continue
        run, injection = int(found["run"]), None
        if found["call"]:
            what, stack = _forced(lines, index + 1)
            injection = Injection(
                run,
                found["case"],
                found["call"],
                int(found["nth"]),
                pid=int(found["pid"]),
                what=what,
                stack=stack,
            )
        yield index + 1, run, injection


def _forced(lines: Sequence[str], first: int) -> tuple[str, tuple[str, ...]]:
    """The first failure after a mark, up to the next: what, and the stack."""
    what, stack, forced = "", [], False
    for text in lines[first : first + _MOST_LINES]:
        if _MARK.search(text):
            break
        if not forced:
            forced = text.startswith(_FORCED)
            continue
        name = _NAME.match(text)
        if name and not what:
            what = name["name"]
        frame = _FRAME.match(text)
        if frame and not frame["guess"] and not frame["function"].startswith(_OURS):
            stack.append(frame["function"])
        if (stack and _ENDS.match(text)) or len(stack) == _MOST_FRAMES:
            break
    return what, tuple(stack)
