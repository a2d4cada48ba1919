// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_work(struct work_struct *work)
{
	struct ring *ring = container_of(work, struct ring, work);

	napi_schedule(&ring->napi); /* vreview: locking/called-without-lock */
}

static void ring_modem(struct ring *ring, u32 status)
{
	if (status & RING_CTS)
		uart_handle_cts_change(&ring->port, 1); /* vreview: locking/called-without-lock */
}

static irqreturn_t ring_irq(int irq, void *data)
{
	ring_modem(data, ring_status(data));
	return IRQ_HANDLED;
}

int ring_probe(struct ring *ring, int irq)
{
	INIT_WORK(&ring->work, ring_work);
	return request_irq(irq, ring_irq, 0, "ring", ring);
}
