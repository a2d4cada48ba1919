// SPDX-License-Identifier: GPL-2.0-or-later
/* Set to NULL in between, another element, one of two ways, a callee that gives back its own. */
static void ring_reset(struct ring *ring)
{
	kfree(ring->slots);
	ring->slots = NULL;
	kfree(ring->slots);
}

static int ring_fill(struct ring *ring)
{
	void *page = ring_page(ring);

	if (ring_map(ring, page)) {
		kfree(page);
		return -ENOMEM;
	}
	return 0;
}

static int ring_open(struct ring *ring, struct ring **rings, int n)
{
	int i, err = ring_fill(ring);

	for (i = 0; i < n; i++)
		kfree(rings[i]);
	if (err) {
		kfree(ring);
		return err;
	}
	err = ring_start(ring);
	if (err)
		kfree(ring);
	return err;
}

static int ring_send(struct sk_buff *skb, int last)
{
	if (last) {
		kfree_skb(skb);
	} else {
		skb = skb_clone(skb, GFP_ATOMIC);
		kfree_skb(skb);
	}
	return 0;
}

static void ring_loop(struct sk_buff *skb)
{
	ring_send(skb, 0);
	kfree_skb(skb);
}

static void ring_echo(struct sk_buff *skb)
{
	skb_get(skb);
	netif_rx(skb);
	kfree_skb(skb);
}

static netdev_tx_t port_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	if (skb_put_padto(skb, ETH_ZLEN))
		return NETDEV_TX_OK;
	port_send(ndev, skb->data, skb->len);
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}
