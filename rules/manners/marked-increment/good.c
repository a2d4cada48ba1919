// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_enter(struct ring *ring)
{
	spin_lock(&ring->lock);
	WRITE_ONCE(ring->users, READ_ONCE(ring->users) + 1);
	spin_unlock(&ring->lock);
}

static void ring_count(struct ring *ring)
{
	ring->count++;
	WRITE_ONCE(ring->seen, ring->seen + 1);
	smp_store_release(&ring->next, READ_ONCE(ring->head) + 1);
}
