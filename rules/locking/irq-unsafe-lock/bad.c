// SPDX-License-Identifier: GPL-2.0-or-later
static irqreturn_t ring_irq(int irq, void *data)
{
	struct ring *ring = data;

	spin_lock(&ring->lock);
	ring->pending = ring_status(ring);
	spin_unlock(&ring->lock);
	schedule_work(&ring->work);
	return IRQ_HANDLED;
}

static void ring_work(struct work_struct *work)
{
	struct ring *ring = container_of(work, struct ring, work);

	spin_lock_bh(&ring->lock); /* vreview: locking/irq-unsafe-lock */
	ring->handled = ring->pending;
	spin_unlock_bh(&ring->lock);
}

static void ring_expired(struct timer_list *t)
{
	struct ring *ring = from_timer(ring, t, timer);

	spin_lock(&ring->slow_lock);
	ring->expired = true;
	spin_unlock(&ring->slow_lock);
}

static void ring_set(struct ring *ring, int value)
{
	spin_lock(&ring->slow_lock); /* vreview: locking/irq-unsafe-lock */
	ring->value = value;
	spin_unlock(&ring->slow_lock);
}

static ssize_t ring_write(struct file *file, const char __user *buf, size_t n, loff_t *at)
{
	ring_set(file->private_data, n);
	return n;
}

static const struct file_operations ring_fops = {
	.write = ring_write,
};

int ring_probe(struct ring *ring, int irq)
{
	INIT_WORK(&ring->work, ring_work);
	timer_setup(&ring->timer, ring_expired, 0);
	return request_irq(irq, ring_irq, 0, "ring", ring);
}
