// SPDX-License-Identifier: GPL-2.0-or-later
void ring_flush(struct ring *ring)
{
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	spin_lock_irqsave(&ring->queue_lock, flags); /* vreview: locking/flags-saved-twice */
	ring->queued = 0;
	spin_unlock_irqrestore(&ring->queue_lock, flags);
	spin_unlock_irqrestore(&ring->lock, flags);
}
