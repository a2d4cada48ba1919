// SPDX-License-Identifier: GPL-2.0-or-later
static void lamp_blink(struct work_struct *work)
{
	struct lamp *lamp = container_of(work, struct lamp, blink);

	lamp_show(lamp, lamp->pattern[lamp->step]);
}

static int lamp_probe(struct lamp *lamp)
{
	INIT_WORK(&lamp->blink, lamp_blink);
	return lamp_register(lamp);
}

static void lamp_remove(struct lamp *lamp)
{
	kfree(lamp->pattern); /* vreview: uaf/freed-before-stopped */
	cancel_work_sync(&lamp->blink);
}

static void hub_remove(struct hub *hub, int i)
{
	kfree(hub->lamps[i]->driver_data); /* vreview: uaf/freed-before-stopped */
	hid_destroy_device(hub->lamps[i]);
}

static int card_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	struct card *card = netdev_priv(ndev);

	return card_put(card->ring, skb);
}

static const struct net_device_ops card_ops = {
	.ndo_start_xmit = card_xmit,
};

static void card_remove(struct card *card)
{
	kfree(card->ring); /* vreview: uaf/freed-before-stopped */
	unregister_netdev(card->ndev);
}
