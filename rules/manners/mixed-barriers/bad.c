// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_publish(struct ring *ring, int head)
{
	smp_store_release(&ring->head, head);
}

static int ring_look(struct ring *ring)
{
	int head;

	smp_mb(); /* vreview: manners/mixed-barriers */
	head = READ_ONCE(ring->head);
	return head;
}
