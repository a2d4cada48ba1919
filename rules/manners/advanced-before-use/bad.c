// SPDX-License-Identifier: GPL-2.0-or-later
static long pool_give_back(struct pool *pool, unsigned long first, long count)
{
	long locked;

	if (!pool_put(pool, first, count))
		return 0;
	first += count;
	locked = pool_locked(pool, first, count); /* vreview: manners/advanced-before-use */
	return locked;
}
