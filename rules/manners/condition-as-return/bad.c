// SPDX-License-Identifier: GPL-2.0-or-later
static bool pool_full(const struct pool *pool)
{
	unsigned int used = pool_used(pool);

	if (used >= pool->limit) /* vreview: manners/condition-as-return */
		return true;
	return false;
}
