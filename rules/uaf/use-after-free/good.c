// SPDX-License-Identifier: GPL-2.0-or-later
/* The copy before, the next one of a safe walk, a new object under the old name, one that was set
 * by somebody else, and a way out that is not the same one. */
static int queue_close(struct queue *q, struct list_head *all, struct hlist_head *table)
{
	struct entry *e, *next;
	struct hlist_node *tmp;
	int id = q->id, i;

	list_for_each_entry_safe(e, next, all, node)
		kfree(e);
	hash_for_each_safe(table, i, tmp, e, hnode)
		kfree(e);
	list_for_each_entry(e, all, node) {
		if (e->id == id) {
			kfree(e);
			break;
		}
	}
	kfree(q);
	return id;
}

static int queue_grow(struct queue *q, int want)
{
	kfree(q->slots);
	q->slots = kcalloc(want, sizeof(*q->slots), GFP_KERNEL);
	if (!q->slots)
		return -ENOMEM;
	return q->slots[0];
}

static int queue_refill(struct queue *q)
{
	kfree(q->slots);
	queue_fill(q);
	return q->slots[0];
}

static int queue_open(struct queue *q, int err)
{
	if (err)
		kfree(q);
	if (err)
		return err;
	return q->id;
}

static void queue_empty(struct queue *q)
{
	while (q->used) {
		q->used--;
		kfree(q->slots[q->used]);
	}
}

static struct sk_buff *port_room(struct sk_buff *skb)
{
	struct sk_buff *old = skb;

	skb = skb_realloc_headroom(old, 8);
	dev_kfree_skb(old);
	skb_push(skb, 8);
	return skb;
}

static void port_remove(struct net_device *ndev)
{
	struct port *port = netdev_priv(ndev);
	struct clk *clk = port->clk;

	free_netdev(ndev);
	clk_disable(clk);
}

static void node_drop(struct list_head *all)
{
	struct node *node = node_first(all);

	kfree(node);
	node = list_entry(all->next, struct node, list);
	node_show(node);
}
