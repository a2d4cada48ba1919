// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_setup(struct card *card)
{
	struct ring *ring = card->ring;

	ring->slots = ring_alloc(8);
	if (ring_map(ring)) {
		kfree(ring->slots); /* vreview: uaf/dangling-after-failure */
		return -EIO;
	}
	return 0;
}

static void ring_free(struct ring *r)
{
	kfree(r->slots);
}

static int card_open(struct card *card)
{
	if (ring_setup(card) < 0) {
		ring_free(card->ring);
		return -EIO;
	}
	return 0;
}

static int table_groups(struct table *table)
{
	table->groups = kcalloc(8, sizeof(*table->groups), GFP_KERNEL);
	if (!table->groups)
		return -ENOMEM;
	if (table_fill(table)) {
		kfree(table->groups); /* vreview: uaf/dangling-after-failure */
		return -EIO;
	}
	return 0;
}

static int table_create(struct table *table)
{
	int err = table_groups(table);

	if (err)
		table_destroy(table);
	return err;
}
