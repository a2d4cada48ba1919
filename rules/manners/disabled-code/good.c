// SPDX-License-Identifier: GPL-2.0-or-later
/*
#if 0
*/
static int probe_start(struct probe *probe)
{
#if IS_ENABLED(CONFIG_PROBE_RESET)
	probe_reset(probe);
#endif
#if DEBUG_LEVEL > 0
	probe_show(probe);
#endif
	return probe_wait(probe);
}
