// SPDX-License-Identifier: GPL-2.0-or-later
/* The error is returned; another error is; something is done about it first. */
static int area_release(struct area *area)
{
	int ret = 0;

	mutex_lock(&area->lock);
	if (!area->users) {
		ret = -EPERM;
		goto out;
	}
	area->users--;
out:
	mutex_unlock(&area->lock);
	return ret;
}
