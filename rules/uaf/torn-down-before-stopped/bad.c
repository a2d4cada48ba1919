// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_unmap(struct ring *ring)
{
	kfree(ring->pages);
	ring->pages = NULL;
}

static void ring_work(struct work_struct *work)
{
	struct ring *ring = container_of(work, struct ring, work);

	ring_unmap(ring);
}

void ring_init(struct ring *ring)
{
	INIT_WORK(&ring->work, ring_work);
}

void ring_destroy(struct ring *ring)
{
	ring_unmap(ring); /* vreview: uaf/torn-down-before-stopped */
	cancel_work_sync(&ring->work);
}
