// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_enter(struct ring *ring)
{
	smp_store_release(&ring->turn, ring->turn + 1);
	WRITE_ONCE(ring->flags, RING_BUSY);
}

static bool ring_busy(struct ring *ring)
{
	return READ_ONCE(ring->flags) & 0x1;
}

static bool ring_moved(struct ring *ring, int turn)
{
	return READ_ONCE(ring->turn) != turn;
}
