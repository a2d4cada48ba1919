// SPDX-License-Identifier: GPL-2.0-or-later
static bool link_lost(const struct link *link)
{
	return jiffies > link->last_seen + link->timeout; /* vreview: manners/jiffies-compared */
}

static void link_wait(struct link *link)
{
	unsigned long end = jiffies + HZ;

	while (jiffies < end && !link_up(link)) /* vreview: manners/jiffies-compared */
		cpu_relax();
}
