// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_map(struct ring *ring, unsigned long addr)
{
	int err;

	if (ring->pages)
		return -EBUSY;
	if (!access_ok((void __user *)addr, ring->size))
		return EFAULT; /* vreview: errno/positive-errno */

	ring->pages = kcalloc(ring->npages, sizeof(*ring->pages), GFP_KERNEL);
	if (!ring->pages) {
		err = ENOMEM; /* vreview: errno/positive-errno */
		goto out;
	}
	err = ring_fill(ring, addr);
out:
	return err;
}
