// SPDX-License-Identifier: GPL-2.0-or-later
static int area_release(struct area *area)
{
	int ret = 0;

	mutex_lock(&area->lock);
	if (!area->users) {
		ret = -EPERM; /* vreview: errno/error-becomes-success */
		dev_err(area->dev, "not in use\n");
		goto out;
	}
	area->users--;
out:
	mutex_unlock(&area->lock);
	return 0;
}
