// SPDX-License-Identifier: GPL-2.0-or-later
void dev_flush(struct ring *ring)
{
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	spin_lock_irq(&ring->queue_lock);
	ring->queued = 0;
	spin_unlock_irq(&ring->queue_lock); /* vreview: locking/interrupts-on-early */
	ring->flushed = true;
	spin_unlock_irqrestore(&ring->lock, flags);
}

static void ring_count(struct ring *ring)
{
	spin_lock_irq(&ring->queue_lock);
	ring->count++;
	spin_unlock_irq(&ring->queue_lock); /* vreview: locking/interrupts-on-early */
}

static irqreturn_t ring_irq(int irq, void *data)
{
	ring_count(data);
	return IRQ_HANDLED;
}

int ring_probe(struct ring *ring, int irq)
{
	return request_irq(irq, ring_irq, 0, "ring", ring);
}

void ring_account(struct ring *ring)
{
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	ring_count(ring); /* vreview: locking/interrupts-on-early */
	spin_unlock_irqrestore(&ring->lock, flags);
}
