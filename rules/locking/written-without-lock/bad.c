// SPDX-License-Identifier: GPL-2.0-or-later
void ring_push(struct ring *ring)
{
	mutex_lock(&ring->lock);
	ring->queued++;
	mutex_unlock(&ring->lock);
}

void ring_pop(struct ring *ring)
{
	mutex_lock(&ring->lock);
	ring->queued--;
	mutex_unlock(&ring->lock);
}

void ring_flush(struct ring *ring)
{
	mutex_lock(&ring->lock);
	ring->queued = 0;
	mutex_unlock(&ring->lock);
}

void ring_fill(struct ring *ring)
{
	mutex_lock(&ring->lock);
	ring->queued = ring->size;
	mutex_unlock(&ring->lock);
}

static void ring_work(struct work_struct *work)
{
	struct ring *ring = container_of(work, struct ring, work);

	ring->queued = 1; /* vreview: locking/written-without-lock */
	ring_kick(ring);
}

void ring_set(struct ring *ring)
{
	INIT_WORK(&ring->work, ring_work);
}
