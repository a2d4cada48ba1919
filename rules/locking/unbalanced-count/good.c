// SPDX-License-Identifier: GPL-2.0-or-later
static bool ring_overlaps(struct ring *ring, unsigned long start, unsigned long end)
{
	return ring->size && start < ring->addr + ring->size && end > ring->addr;
}

static void ring_invalidate_start(struct ring *ring, unsigned long start, unsigned long end)
{
	spin_lock(&ring->lock);
	++ring->invalidating;
	spin_unlock(&ring->lock);
	if (ring_overlaps(ring, start, end))
		ring_unmap(ring);
}

static void ring_invalidate_end(struct ring *ring, unsigned long start, unsigned long end)
{
	spin_lock(&ring->lock);
	--ring->invalidating;
	spin_unlock(&ring->lock);
	if (ring_overlaps(ring, start, end))
		ring_kick(ring);
}

void ring_resize(struct ring *ring, size_t size)
{
	ring->size = size;
}
