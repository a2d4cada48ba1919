// SPDX-License-Identifier: GPL-2.0-or-later
/* Loops that count, and one that waits for memory: nothing of a device's. */
static int ring_reset(struct ring *ring)
{
	unsigned int tries = 1000;

	writel(RING_RESET, ring->regs + RING_CTRL);
	while (readl(ring->regs + RING_CTRL) & RING_RESET) {
		if (!--tries)
			return -ETIMEDOUT;
		udelay(1);
	}
	while (!READ_ONCE(ring->answered))
		cpu_relax();
	return readl_poll_timeout(ring->regs + RING_STATUS, tries, tries & RING_READY, 1, 1000);
}
