// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_quiesce(struct ring *ring)
{
	while (READ_ONCE(ring->busy)) {
		set_current_state(TASK_RUNNING);
		schedule(); /* vreview: manners/running-schedule */
	}
}
