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
