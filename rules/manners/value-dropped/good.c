// SPDX-License-Identifier: GPL-2.0-or-later
static bool ring_ready(struct ring *ring)
{
	int ready = smp_load_acquire(&ring->ready);

	return ready && !ring->stopped;
}

static void ring_wait(struct ring *ring)
{
	while (!smp_load_acquire(&ring->ready))
		cpu_relax();
	(void)READ_ONCE(ring->head);
}
