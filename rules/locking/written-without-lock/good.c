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

/* Nobody else has it yet. */
void ring_init(struct ring *ring)
{
	ring->queued = 0;
}

/* The caller holds the lock. */
static void ring_one(struct ring *ring)
{
	ring->queued = 1;
}

void ring_swap(struct ring *ring)
{
	mutex_lock(&ring->lock);
	ring_one(ring);
	mutex_unlock(&ring->lock);
}
