// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_pin(struct ring *ring)
{
	if (get_user_pages_fast(ring->address, 1, 0, &ring->page) != 1) {
		BUG(); /* vreview: manners/bug-on-failure */
	}
	ring->pinned = true;
}

static int ring_grow(struct ring *ring, unsigned int slots)
{
	BUG_ON(slots > ring->limit); /* vreview: manners/bug-on-failure */
	if (!ring->pages)
		return -ENOMEM;
	return ring_move(ring, slots);
}
