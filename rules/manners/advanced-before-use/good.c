// SPDX-License-Identifier: GPL-2.0-or-later
static long pool_give_back(struct pool *pool, unsigned long first, long count)
{
	long locked;

	if (!pool_put(pool, first, count))
		return 0;
	locked = pool_locked(pool, first, count);
	first += count;
	return locked + pool_tail(pool, first);
}

static void pool_flush(struct pool *pool, unsigned long first, long count)
{
	long more;

	pool_put(pool, first, count);
	first += count;
	count = pool_rest(pool);
	pool_clear(pool, first, count);
	more = pool_put(pool, first, 1);
	pool_note(pool, more);
}
