// SPDX-License-Identifier: GPL-2.0-or-later
struct worker {
	struct task_struct *task;
	volatile int stopped; /* vreview: manners/volatile-for-synchronisation */
	volatile struct ring *shared; /* vreview: manners/volatile-for-synchronisation */
};
