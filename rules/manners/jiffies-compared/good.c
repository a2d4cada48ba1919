// SPDX-License-Identifier: GPL-2.0-or-later
static bool link_lost(const struct link *link)
{
	return time_after(jiffies, link->last_seen + link->timeout);
}

static bool link_slow(const struct link *link)
{
	return jiffies - link->started > link->timeout;
}

static bool link_new(const struct link *link)
{
	return link->started != jiffies;
}
