// SPDX-License-Identifier: GPL-2.0-or-later
static int loom_open(struct loom *loom)
{
	int ret;

	loom->warp = kcalloc(loom->threads, sizeof(*loom->warp), GFP_KERNEL);
	if (!loom->warp)
		return -EINVAL; /* vreview: errno/failed-allocation */

	loom->name = kstrdup(loom->label, GFP_KERNEL);
	if (!loom->name) {
		ret = -EIO; /* vreview: errno/failed-allocation */
		goto err_free;
	}
	return 0;

err_free:
	kfree(loom->warp);
	return ret;
}
