# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the processors stood, from what kernels printed when they were asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from vreview.parse.hung import hang_splats, stood_at

LOGS = Path(__file__).with_name("hung")

# A task that waits for a lock with interrupts off, as v6.1 prints it; cut to what is read.
SPINS = """\
[   40.1] Kernel panic - not syncing: NMI: Not continuing
[   40.1] CPU: 0 PID: 71 Comm: vhost-test: a b Not tainted 6.1.192 #1
[   40.1] Call Trace:
[   40.1]  <NMI>
[   40.1]  dump_stack_lvl+0x51/0x66
[   40.1]  panic+0x10c/0x287
[   40.1]  nmi_panic.cold+0xc/0xc
[   40.1]  exc_nmi+0xec/0x110
[   40.1]  end_repeat_nmi+0x16/0x1f
[   40.1] RIP: 0010:native_queued_spin_lock_slowpath+0x14/0x260
[   40.1] RSP: 0018:ffff88800087ff38 EFLAGS: 00000046
[   40.1] RBP: ffff88800087ff38 R08: 0000000000000001 R09: 0000000000000001
[   40.1]  ? native_queued_spin_lock_slowpath+0x14/0x260
[   40.1]  </NMI>
[   40.1]  <TASK>
[   40.1]  _raw_spin_lock_irqsave+0x48/0x60
[   40.1]  ? vhost_other+0x1/0x2
[   40.1]  vhost_work_queue.part.0+0x30/0x90
[   40.1]  vhost_poll_wakeup+0x33/0x40
[   40.1]  </TASK>
[   40.2] Sending NMI from CPU 0 to CPUs 1:
[   40.2] NMI backtrace for cpu 1
[   40.2] CPU: 1 PID: 72 Comm: vhost-71 Not tainted 6.1.192 #1
[   40.2] RIP: 0010:vhost_worker+0x20/0x100
[   40.2] Call Trace:
[   40.2]  <TASK>
[   40.2]  kthread+0xf0/0x120
[   40.2]  </TASK>
"""


def test_each_processor_that_was_busy_is_a_splat() -> None:
    first, second = hang_splats(stood_at(SPINS, first_line=100))
    assert (first.kind, first.title) == ("hang", "hang in vhost_work_queue")
    assert first.functions == (
        "native_queued_spin_lock_slowpath", "_raw_spin_lock_irqsave", "vhost_work_queue",
        "vhost_poll_wakeup",
    )  # fmt: skip
    assert first.line == 101
    assert (second.title, second.functions) == ("hang in vhost_worker", ("vhost_worker", "kthread"))
    assert str(stood_at(SPINS)[1]) == "CPU 1 stood in vhost_worker < kthread (vhost-71)"


def test_user_space_and_idle_are_told_and_are_no_splat() -> None:
    stood = stood_at((LOGS / "user-and-idle.log").read_text())
    assert [str(one) for one in stood] == ["CPU 0 was in user space (sh)", "CPU 1 was idle"]
    assert hang_splats(stood) == ()


def test_a_kernel_that_is_asked_before_the_second_processor_is_up() -> None:
    (one,) = stood_at((LOGS / "irqs-off.log").read_text())
    assert str(one) == (
        "CPU 0 stood in kernel_init_freeable < kernel_init < ret_from_fork (swapper/0)"
    )


@pytest.mark.parametrize("length", range(0, len(SPINS), 97))
def test_an_answer_may_be_cut_anywhere(length: int) -> None:
    assert len(stood_at(SPINS[:length])) <= 2


def test_a_panic_of_its_own_is_no_answer() -> None:
    assert (
        stood_at(SPINS.replace("NMI: Not continuing", "Fatal exception").partition("Send")[0]) == ()
    )
