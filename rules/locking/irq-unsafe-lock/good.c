// SPDX-License-Identifier: GPL-2.0-or-later
static irqreturn_t ring_irq(int irq, void *data)
{
	struct ring *ring = data;

	spin_lock(&ring->lock);
	ring->pending = ring_status(ring);
	spin_unlock(&ring->lock);
	return IRQ_WAKE_THREAD;
}

/* The caller has turned interrupts off. */
static void ring_handle(struct ring *ring)
{
	spin_lock(&ring->lock);
	ring->handled = ring->pending;
	spin_unlock(&ring->lock);
}

static irqreturn_t ring_thread(int irq, void *data)
{
	struct ring *ring = data;

	local_irq_disable();
	ring_handle(ring);
	local_irq_enable();
	return IRQ_HANDLED;
}

static void ring_expired(struct timer_list *t)
{
	struct ring *ring = from_timer(ring, t, timer);

	spin_lock(&ring->slow_lock);
	ring->expired = true;
	spin_unlock(&ring->slow_lock);
}

static void ring_work(struct work_struct *work)
{
	struct ring *ring = container_of(work, struct ring, work);
	struct queue *queue = ring->queue;

	spin_lock_bh(&ring->slow_lock);
	ring->handled = true;
	spin_unlock_bh(&ring->slow_lock);
	spin_lock(&queue->lock);
	queue->empty = true;
	spin_unlock(&queue->lock);
}

int ring_probe(struct ring *ring, int irq)
{
	INIT_WORK(&ring->work, ring_work);
	timer_setup(&ring->timer, ring_expired, 0);
	spin_lock(&ring->lock);
	ring->ready = true;
	spin_unlock(&ring->lock);
	return request_threaded_irq(irq, ring_irq, ring_thread, 0, "ring", ring);
}
