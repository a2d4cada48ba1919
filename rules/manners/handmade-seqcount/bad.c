// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_enter(struct ring *ring)
{
	smp_store_release(&ring->turn, ring->turn + 1);
}

static void ring_wait(struct ring *ring)
{
	int turn = READ_ONCE(ring->turn);

	if (turn & 1) { /* vreview: manners/handmade-seqcount */
		while (READ_ONCE(ring->turn) == turn)
			cpu_relax();
	}
}
