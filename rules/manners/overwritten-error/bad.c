// SPDX-License-Identifier: GPL-2.0-or-later
static int pool_fill(struct pool *pool)
{
	struct page **pages;
	int err = -EFAULT; /* vreview: manners/overwritten-error */

	err = -ENOMEM;
	pages = pool_alloc(pool);
	if (!pages)
		goto out;
	err = pool_pin(pool, pages);
out:
	return err;
}
