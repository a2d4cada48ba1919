// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_set_addr(struct ring *ring, unsigned long addr)
{
	if (addr & 3)
		return -EINVAL;
	ring->addr = addr;
	return 0;
}

long ring_ioctl(struct ring *ring, unsigned long arg)
{
	int r;

	r = ring_set_addr(ring, arg);
	ring_setup_map(ring); /* vreview: errno/published-despite-error */
	return r;
}
