// SPDX-License-Identifier: GPL-2.0-or-later
/* Its own release; one that takes both kinds; another object by the same name; a slab's object. */
static int bridge_load(struct bridge *bridge, size_t count)
{
	struct route *table = vzalloc(count * sizeof(*table));
	int ret;

	if (!table)
		return -ENOMEM;
	ret = bridge_read(bridge);
	if (ret) {
		kvfree(table);
		return ret;
	}
	bridge->table = table;
	return 0;
}

static int bridge_grow(struct bridge *bridge, size_t count)
{
	struct route *table = vmalloc(count * sizeof(*table));

	if (!table)
		return -ENOMEM;
	bridge->table = table;
	table = kmalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	bridge_fill(bridge, table);
	kfree(table);
	return 0;
}

static int bridge_either(struct bridge *bridge, size_t size)
{
	void *scratch = size > PAGE_SIZE ? vmalloc(size) : kmalloc(size, GFP_KERNEL);
	int ret;

	if (!scratch)
		return -ENOMEM;
	ret = bridge_copy(bridge, scratch);
	kvfree(scratch);
	return ret;
}

static int bridge_slab(struct kmem_cache *cache, struct bridge *bridge)
{
	struct route *route = kmem_cache_alloc(cache, GFP_KERNEL);

	if (!route)
		return -ENOMEM;
	if (bridge_add(bridge, route)) {
		kfree(route);
		return -EBUSY;
	}
	return 0;
}
