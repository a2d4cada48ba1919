// SPDX-License-Identifier: GPL-2.0-or-later
void dev_flush(struct ring *ring)
{
	spin_lock_irq(&ring->lock);
	spin_lock(&ring->queue_lock);
	ring->queued = 0;
	spin_unlock(&ring->queue_lock);
	spin_unlock_irq(&ring->lock);
}

/* Drops the caller's lock, and takes it again. */
static void ring_wait(struct ring *ring)
{
	spin_unlock_irq(&ring->lock);
	ring_idle(ring);
	spin_lock_irq(&ring->lock);
}

void ring_account(struct ring *ring)
{
	spin_lock_irq(&ring->lock);
	ring_wait(ring);
	spin_unlock_irq(&ring->lock);
}

static irqreturn_t ring_thread(int irq, void *data)
{
	struct ring *ring = data;

	spin_lock_irq(&ring->queue_lock);
	ring->count++;
	spin_unlock_irq(&ring->queue_lock);
	return IRQ_HANDLED;
}

int ring_probe(struct ring *ring, int irq)
{
	return request_threaded_irq(irq, NULL, ring_thread, IRQF_ONESHOT, "ring", ring);
}
