// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_enter(struct ring *ring)
{
	WRITE_ONCE(ring->inside, 1);
	smp_load_acquire(&ring->inside); /* vreview: manners/value-dropped */
}
