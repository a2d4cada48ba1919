// SPDX-License-Identifier: GPL-2.0-or-later
/* Cannot fail and cannot tell: an assertion, right or not. Not reached: the enum has no more. */
static void ring_reset(struct ring *ring)
{
	BUG_ON(ring->users);
	ring->head = 0;
}

static const char *ring_name(const struct ring *ring)
{
	switch (ring->kind) {
	case RING_AVAIL:
		return "avail";
	case RING_USED:
		return "used";
	default:
		BUG();
	}
}

static int ring_grow(struct ring *ring, unsigned int slots)
{
	if (WARN_ON_ONCE(slots > ring->limit))
		return -EINVAL;
	return ring_move(ring, slots);
}
