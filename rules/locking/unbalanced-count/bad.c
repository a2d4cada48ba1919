// SPDX-License-Identifier: GPL-2.0-or-later
static bool ring_overlaps(struct ring *ring, unsigned long start, unsigned long end)
{
	return ring->size && start < ring->addr + ring->size && end > ring->addr;
}

static void ring_invalidate_start(struct ring *ring, unsigned long start, unsigned long end)
{
	if (!ring_overlaps(ring, start, end))
		return;
	spin_lock(&ring->lock);
	++ring->invalidating;
	spin_unlock(&ring->lock);
}

static void ring_invalidate_end(struct ring *ring, unsigned long start, unsigned long end)
{
	if (!ring_overlaps(ring, start, end))
		return;
	spin_lock(&ring->lock);
	--ring->invalidating; /* vreview: locking/unbalanced-count */
	spin_unlock(&ring->lock);
}

void ring_resize(struct ring *ring, size_t size)
{
	ring->size = size;
}
