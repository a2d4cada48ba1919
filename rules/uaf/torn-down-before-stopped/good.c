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

static void ring_count(struct ring *ring)
{
	ring->count++;
}

void ring_init(struct ring *ring)
{
	INIT_WORK(&ring->work, ring_work);
}

void ring_destroy(struct ring *ring)
{
	cancel_work_sync(&ring->work);
	ring_unmap(ring);
}

void ring_stop(struct ring *ring)
{
	ring_count(ring);
	cancel_work_sync(&ring->work);
}
