// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_publish(struct ring *ring, int head)
{
	smp_store_release(&ring->head, head);
}

static int ring_look(struct ring *ring)
{
	return smp_load_acquire(&ring->head);
}

static bool ring_sleep(struct ring *ring)
{
	WRITE_ONCE(ring->sleeping, 1);
	smp_mb();
	return READ_ONCE(ring->kicked);
}
