// SPDX-License-Identifier: GPL-2.0-or-later
static int probe_start(struct probe *probe)
{
#if 0 /* vreview: manners/disabled-code */
	probe_reset(probe);
#endif
	return probe_wait(probe);
}
