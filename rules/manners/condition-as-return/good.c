// SPDX-License-Identifier: GPL-2.0-or-later
/* One reason a line; a reason with a comment; more to do than to answer. */
static bool pool_usable(const struct pool *pool)
{
	if (!pool->pages)
		return false;
	if (pool->stopped)
		return false;
	return true;
}

static bool pool_reserved(const struct pool *pool)
{
	unsigned int used = pool_used(pool);

	/* The last page belongs to the device. */
	if (used + 1 >= pool->limit)
		/* It may be lent out, though. */
		return !pool->lent;
	return false;
}

static bool pool_take(struct pool *pool)
{
	if (pool_used(pool) < pool->limit) {
		pool->users++;
		return true;
	}
	return false;
}
