// SPDX-License-Identifier: GPL-2.0-or-later
struct map {
	struct page **pages;
};

static void map_destroy(struct map *map)
{
	kfree(map->pages); /* vreview: leak/container-not-freed */
}

int ring_map(struct ring *ring, int npages)
{
	struct map *map;

	map = kmalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	map->pages = ring_pages(ring, npages);
	ring->map = map;
	return 0;
}

void ring_unmap(struct ring *ring)
{
	struct map *map = ring->map;

	ring->map = NULL;
	if (map)
		map_destroy(map);
}
