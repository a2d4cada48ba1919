// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_map(struct ring *ring)
{
	if (!ring->page)
		return -EFAULT;
	ring->address = page_address(ring->page);
	return 0;
}

static int ring_warm(struct ring *ring)
{
	return ring->cold ? -EAGAIN : 0;
}

static int ring_flush(struct ring *ring)
{
	ring->head = 0;
	return 0;
}

int ring_prepare(struct ring *ring)
{
	(void)ring_warm(ring);
	ring_flush(ring);
	ring_map(ring);
	return ring_map(ring);
}
