// SPDX-License-Identifier: GPL-2.0-or-later
/* One returns before the label, one sets 0, one leaves by a label that serves both. */
static int table_load(struct table *table, const void __user *from)
{
	int err = -ENOMEM;
	void *copy = kmalloc(table->size, GFP_KERNEL);

	if (!copy)
		return err;
	err = -EFAULT;
	if (copy_from_user(copy, from, table->size))
		goto err_user;
	table->data = copy;
	return 0;

err_user:
	kfree(copy);
	return err;
}

static int table_check(struct table *table, void *scratch)
{
	int err = -EINVAL;

	if (table_sum(table, scratch))
		goto err_sum;
	err = 0;
err_sum:
	kfree(scratch);
	return err;
}

static int table_sync(struct table *table)
{
	int err = -ENODEV;

	if (!table->dev)
		goto out;
	err = table_flush(table);
out:
	table->synced = !err;
	return err;
}
