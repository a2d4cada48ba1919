// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_enter(struct ring *ring)
{
	int users = READ_ONCE(ring->users);

	smp_store_release(&ring->users, users + 1); /* vreview: manners/marked-increment */
}

static void ring_leave(struct ring *ring)
{
	WRITE_ONCE(ring->users, READ_ONCE(ring->users) - 1); /* vreview: manners/marked-increment */
}
