// SPDX-License-Identifier: GPL-2.0-or-later
static int read_level(struct probe *p)
{
	u16 level;
	u8 ret;

	level = probe_read(p, LEVEL);
	if (level < 0) /* vreview: errno/unsigned-error */
		return level;
	ret = -EINVAL; /* vreview: errno/unsigned-error */
	if (level > 100)
		return ret;
	return 0;
}

static u8 probe_parent(struct probe *p)
{
	if (!p->parents)
		return -EINVAL; /* vreview: errno/unsigned-error */
	return p->parent;
}
