// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_map(struct ring *ring)
{
	if (!ring->page)
		return -EFAULT;
	ring->address = page_address(ring->page);
	return 0;
}

static void ring_prepare(struct ring *ring)
{
	if (!ring->address)
		ring_map(ring); /* vreview: manners/result-unread */
	ring->ready = true;
}
