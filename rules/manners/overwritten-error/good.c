// SPDX-License-Identifier: GPL-2.0-or-later
static int pool_fill(struct pool *pool)
{
	struct page **pages;
	int err = -ENOMEM;
	int ret = 0;

	pages = pool_alloc(pool);
	if (!pages)
		goto out;
	err = -EFAULT;
	if (!pool->address)
		goto out;
	ret = pool_pin(pool, pages);
	err = ret;
out:
	return err;
}
