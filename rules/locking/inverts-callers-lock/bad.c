// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_invalidate(struct mmu_notifier *mn,
			    const struct mmu_notifier_range *range)
{
	struct ring *ring = container_of(mn, struct ring, notifier);

	mutex_lock(&ring->mutex); /* vreview: locking/inverts-callers-lock */
	ring->valid = false;
	mutex_unlock(&ring->mutex);
}

static const struct mmu_notifier_ops ring_notifier_ops = {
	.invalidate_range_end = ring_invalidate,
};

int ring_pin(struct ring *ring, unsigned long addr)
{
	int pinned;

	mutex_lock(&ring->mutex);
	pinned = pin_user_pages_fast(addr, ring->npages, 0, ring->pages);
	mutex_unlock(&ring->mutex);
	return pinned;
}
