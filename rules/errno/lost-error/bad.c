// SPDX-License-Identifier: GPL-2.0-or-later
static int area_release(struct area *area)
{
	int ret = 0;

	mutex_lock(&area->lock);
	if (!area->users) {
		ret = -EPERM; /* vreview: errno/lost-error */
		area->users = 1;
	}
	area->users--;
	mutex_unlock(&area->lock);
	return 0;
}
