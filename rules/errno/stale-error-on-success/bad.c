// SPDX-License-Identifier: GPL-2.0-or-later
static int table_load(struct table *table, const void __user *from)
{
	int err = -ENOMEM;
	void *copy;

	copy = kmalloc(table->size, GFP_KERNEL);
	if (!copy)
		goto err_copy;

	err = -EFAULT;
	if (copy_from_user(copy, from, table->size))
		goto err_user;
	table_swap(table, copy);

err_user: /* vreview: errno/stale-error-on-success */
	kfree(copy);
err_copy:
	return err;
}
