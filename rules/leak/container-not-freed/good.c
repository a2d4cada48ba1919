// SPDX-License-Identifier: GPL-2.0-or-later
struct map {
	struct page **pages;
};

static void map_destroy(struct map *map)
{
	kfree(map->pages);
	kfree(map);
}

static void buffer_destroy(struct buffer *buffer)
{
	kfree(buffer->pages);
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

int ring_buffer(struct ring *ring)
{
	struct buffer *buffer;

	buffer = kmalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	ring->buffer = buffer;
	return 0;
}

void ring_unbuffer(struct ring *ring)
{
	struct buffer *buffer = ring->buffer;

	ring->buffer = NULL;
	buffer_destroy(buffer);
	kfree(buffer);
}
