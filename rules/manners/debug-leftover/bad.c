// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_start(struct ring *ring)
{
	dump_stack(); /* vreview: manners/debug-leftover */
	if (!ring->pages)
		return -EINVAL;
	pr_info("here\n"); /* vreview: manners/debug-leftover */
	pr_err("%s:%d\n", __func__, __LINE__); /* vreview: manners/debug-leftover */
	return ring_map(ring);
}
