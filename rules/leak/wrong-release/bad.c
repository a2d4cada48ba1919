// SPDX-License-Identifier: GPL-2.0-or-later
static int bridge_load(struct bridge *bridge, size_t count)
{
	struct route *table = vzalloc(count * sizeof(*table));
	int ret;

	if (!table)
		return -ENOMEM;
	ret = bridge_read(bridge);
	if (ret) {
		kfree(table); /* vreview: leak/wrong-release */
		return ret;
	}
	bridge->table = table;
	return 0;
}

static int bridge_send(struct bridge *bridge, size_t size)
{
	struct sk_buff *skb = alloc_skb(size, GFP_KERNEL);

	if (!skb)
		return -ENOMEM;
	if (!bridge->up) {
		kfree(skb); /* vreview: leak/wrong-release */
		return -ENOLINK;
	}
	bridge_queue(bridge, skb);
	return 0;
}

static char *bridge_name(const char *text)
{
	const char *name = kstrdup_const(text, GFP_KERNEL);

	if (!name)
		return NULL;
	if (!bridge_knows(name)) {
		kfree(name); /* vreview: leak/wrong-release */
		return NULL;
	}
	return bridge_keep(name);
}
