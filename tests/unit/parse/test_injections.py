# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest program and the console tell of failures that were made."""

from __future__ import annotations

import pytest

from vreview.model.injection import Injection, ordinal
from vreview.model.trial import Splat
from vreview.parse.injections import behind, parse_injections

OUTPUT = """\
KTAP version 1
1..1
#@ plain 1 case owner
#@ run 2 case owner call QUUX_SET occurrence 1 nth 1 of 2 injected 1 pid 77 ended exit-1 fresh 0
#@ run 3 case owner call QUUX_SET occurrence 1 nth 2 of 2 injected 1 pid 81 ended late fresh 4
#@ run 4 case owner call QUUX_SET occurrence 1 nth 3 of 2 injected 0 pid 85 ended exit-0 fresh 0
ok 1 owner
"""


def forced(name: str, *functions: str) -> str:
    frames = "".join(f"[    7.2]  {function}+0x1c/0x140\n" for function in functions)
    return (
        "[    7.2] FAULT_INJECTION: forcing a failure.\n"
        f"[    7.2] name {name}, interval 1, probability 0, space 0, times 0\n"
        "[    7.2] CPU: 1 PID: 77 Comm: quuxd Not tainted 6.1.0 #1\n[    7.2] Call Trace:\n"
        f"[    7.2]  <TASK>\n[    7.2]  dump_stack_lvl+0x2f/0x50\n"
        f"[    7.2]  should_fail_ex+0x1/0x2\n{frames}"
        "[    7.2]  ? guessed+0x1/0x2\n[    7.2]  </TASK>\n"
    )


def mark(run: int, pid: int, nth: int) -> str:
    return f"[    7.1] vreview-inject: run {run} case owner pid {pid} nth {nth} call QUUX_SET\n"


CONSOLE = (
    "[    1.0] booted\n"
    + mark(2, 77, 1)
    + forced("failslab", "__kmalloc", "quux_set")
    + "[    7.3] vreview-inject: run 2 ended\n"
    + mark(3, 81, 2)
    + forced("fail_usercopy", "_copy_from_user", "quux_set")
    + "[    7.4] WARNING: quux\n"
    + mark(4, 85, 3)
)


def splat(text: str, *, kind: str = "warning") -> Splat:
    line = next((n for n, li in enumerate(CONSOLE.splitlines(), 1) if text in li), 0)
    return Splat(kind, text, (), text, line)


def test_the_failures_with_their_stacks_innermost_first() -> None:
    first, second = parse_injections(OUTPUT, CONSOLE).injections
    assert first == Injection(
        2, "owner", "QUUX_SET", 1, 1, 77, "exit-1", "failslab", ("__kmalloc", "quux_set")
    )
    assert (second.run, second.nth, second.ended, second.what) == (3, 2, "late", "fail_usercopy")
    assert str(first) == "an allocation in quux_set() failing (the 1st that can in QUUX_SET)"


def test_a_run_in_which_nothing_was_left_to_fail_is_no_failure() -> None:
    assert {one.run for one in parse_injections(OUTPUT, CONSOLE).injections} == {2, 3}


def test_a_report_is_behind_the_last_failure_before_it() -> None:
    injected = parse_injections(OUTPUT, CONSOLE)
    found = behind(injected, splat("WARNING: quux"))
    assert found is not None
    assert found.run == 3
    assert behind(injected, splat("booted")) is None


def test_lost_memory_is_behind_the_failure_of_the_task_that_lost_it() -> None:
    injected = parse_injections(OUTPUT, CONSOLE)
    lost = Splat("memory-leak", "t", (), 'comm "quuxd", pid 77, jiffies 4294', 999)
    found = behind(injected, lost)
    assert found is not None
    assert found.run == 2
    other = Splat("memory-leak", "t", (), 'comm "quuxd", pid 5, jiffies 4294', 999)
    assert behind(injected, other) is None


def test_a_guest_that_died_told_its_console() -> None:
    cut = CONSOLE[: CONSOLE.index("WARNING")]
    injected = parse_injections("KTAP version 1\n", cut)
    assert [(i.run, i.case, i.call, i.nth, i.pid, i.ended) for i in injected.injections] == [
        (2, "owner", "QUUX_SET", 1, 77, ""),
        (3, "owner", "QUUX_SET", 2, 81, "died"),
    ]


@pytest.mark.parametrize("text", ["", "#@ run x", "#@ run 1 case a call b", "\0" * 99])
def test_nonsense_tells_nothing(text: str) -> None:
    assert parse_injections(text, text).injections == ()


def test_ordinals() -> None:
    said = [ordinal(n) for n in (1, 2, 3, 4, 10, 11, 12, 13, 21, 22, 101, 111, 112)]
    assert " ".join(said) == "1st 2nd 3rd 4th 10th 11th 12th 13th 21st 22nd 101st 111th 112th"
