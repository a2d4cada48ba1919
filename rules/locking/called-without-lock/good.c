// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_work(struct work_struct *work)
{
	struct ring *ring = container_of(work, struct ring, work);

	local_bh_disable();
	napi_schedule(&ring->napi);
	local_bh_enable();
	if (rtnl_trylock()) {
		dev_close(ring->netdev);
		rtnl_unlock();
	}
}

static void ring_modem(struct ring *ring, u32 status)
{
	if (status & RING_CTS)
		uart_handle_cts_change(&ring->port, 1);
}

static irqreturn_t ring_irq(int irq, void *data)
{
	struct ring *ring = data;

	spin_lock(&ring->port.lock);
	ring_modem(ring, ring_status(ring));
	spin_unlock(&ring->port.lock);
	napi_schedule(&ring->napi);
	return IRQ_HANDLED;
}

/* Called by the core, under rtnl_lock(). */
void ring_leave(struct ring *ring)
{
	dev_close(ring->netdev);
}

int ring_probe(struct ring *ring, int irq)
{
	INIT_WORK(&ring->work, ring_work);
	return request_irq(irq, ring_irq, 0, "ring", ring);
}
