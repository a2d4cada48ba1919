// SPDX-License-Identifier: GPL-2.0-or-later
static void queue_drop(struct queue *q)
{
	kfree(q->slots);
	kfree(q);
}

static int queue_close(struct queue *q, struct list_head *all)
{
	struct entry *e;

	list_for_each_entry(e, all, node) /* vreview: uaf/use-after-free */
		kfree(e);
	queue_drop(q);
	pr_info("closed %d\n", q->id); /* vreview: uaf/use-after-free */
	return 0;
}

static struct queue *queue_make(struct queue *q, struct sk_buff *skb)
{
	netif_rx(skb);
	q->bytes += skb->len; /* vreview: uaf/use-after-free */
	kfree(q);
	return q; /* vreview: uaf/use-after-free */
}

static void port_remove(struct net_device *ndev)
{
	struct port *port = netdev_priv(ndev);

	free_netdev(ndev);
	clk_disable(port->clk); /* vreview: uaf/use-after-free */
}

static void ring_kick(struct ring *ring)
{
	u8 *head = kmalloc(8, GFP_KERNEL);

	if (!head)
		return;
	ring->head = head;
	kfree(head);
	*(ring->head + 1) = 0; /* vreview: uaf/use-after-free */
}
