// SPDX-License-Identifier: GPL-2.0-or-later
/* Returned, reported, kept for a later test, or an initial value that the first call replaces. */
static int area_release(struct area *area)
{
	int ret = -EINVAL;

	mutex_lock(&area->lock);
	ret = area_check(area);
	if (ret)
		goto out;
	if (!area->users) {
		ret = -EPERM;
		goto out;
	}
	area->users--;
out:
	mutex_unlock(&area->lock);
	return ret;
}

static int area_reset(struct area *area)
{
	int err = 0;

	if (!area->users)
		err = -ENOENT;
	if (err)
		pr_warn("area: %d\n", err);
	return 0;
}

static void area_status(struct area *area, int *status)
{
	int err = -EIO;

	area_read(area, &err);
	err = -EBUSY;
	*status = err;
}
