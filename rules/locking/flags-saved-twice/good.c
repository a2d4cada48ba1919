// SPDX-License-Identifier: GPL-2.0-or-later
void ring_flush(struct ring *ring)
{
	unsigned long flags, inner;

	spin_lock_irqsave(&ring->lock, flags);
	spin_lock_irqsave(&ring->queue_lock, inner);
	ring->queued = 0;
	spin_unlock_irqrestore(&ring->queue_lock, inner);
	spin_unlock_irqrestore(&ring->lock, flags);
	while (ring->busy) {
		spin_lock_irqsave(&ring->lock, flags);
		ring->busy--;
		spin_unlock_irqrestore(&ring->lock, flags);
	}
}
