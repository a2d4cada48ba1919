// SPDX-License-Identifier: GPL-2.0-or-later
/* Signed, tested for something else, from a call that is unsigned itself, or only a range. */
static unsigned int probe_count(struct probe *p)
{
	return p->count;
}

static int read_level(struct probe *p, unsigned int index)
{
	unsigned int count;
	int level;

	if (index < 0 || index > 4)
		return -EINVAL;
	level = probe_read(p, LEVEL);
	if (level < 0)
		return level;
	count = probe_count(p);
	if (count < 0)
		return -EINVAL;
	return count > 3 ? -E2BIG : 0;
}

static unsigned int probe_flags(struct probe *p)
{
	unsigned int flags = probe_read(p, FLAGS);

	if (flags == ~0u)
		return 0;
	return flags;
}

static u64 probe_helper(struct probe *p)
{
	return p->size ? p->size : -EINVAL;
}

static int valve_step(struct valve *valve)
{
	unsigned int step;

	step = valve_find_step(valve);
	if ((int)step < 0)
		return -EINVAL;
	valve->step = step;
	return 0;
}
