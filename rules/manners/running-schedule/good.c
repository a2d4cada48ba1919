// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_quiesce(struct ring *ring)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!READ_ONCE(ring->busy))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

static void ring_pause(void)
{
	__set_current_state(TASK_RUNNING);
	schedule();
}
