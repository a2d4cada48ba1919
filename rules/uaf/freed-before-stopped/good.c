// SPDX-License-Identifier: GPL-2.0-or-later
/* Stopped first, a member that the callback leaves alone, and another callback's member. */
static void lamp_blink(struct work_struct *work)
{
	struct lamp *lamp = container_of(work, struct lamp, blink);

	lamp_show(lamp, lamp->pattern[lamp->step]);
}

static void lamp_dim(struct work_struct *work)
{
	lamp_level(container_of(work, struct lamp, dim));
}

static int lamp_probe(struct lamp *lamp)
{
	INIT_WORK(&lamp->blink, lamp_blink);
	INIT_WORK(&lamp->dim, lamp_dim);
	return lamp_register(lamp);
}

static void lamp_remove(struct lamp *lamp)
{
	kfree(lamp->label);
	cancel_work_sync(&lamp->blink);
	kfree(lamp->pattern);
	cancel_work_sync(&lamp->dim);
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
	kfree(card->label);
	unregister_netdev(card->ndev);
	kfree(card->ring);
}

static int card_add(struct card *card)
{
	struct net_device *ndev = card->ndev;
	int err = register_netdev(ndev);

	if (err) {
		kfree(ndev->label);
		unregister_netdev(ndev);
	}
	return err;
}
