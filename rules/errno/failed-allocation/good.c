// SPDX-License-Identifier: GPL-2.0-or-later
/* -ENOMEM; an errno that a comment gives a reason for; a lookup. */
static int loom_open(struct loom *loom, struct loom_user *user)
{
	loom->warp = kcalloc(loom->threads, sizeof(*loom->warp), GFP_KERNEL);
	if (!loom->warp)
		return -ENOMEM;

	loom->name = kstrdup(loom->label, GFP_KERNEL);
	if (!loom->name) {
		/* The weaver's protocol knows no failure but EPROTO. */
		kfree(loom->warp);
		return -EPROTO;
	}
	return loom_find(user) ? 0 : -ENOENT;
}
