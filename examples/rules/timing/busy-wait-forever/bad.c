// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_reset(struct ring *ring)
{
	writel(RING_RESET, ring->regs + RING_CTRL);
	while (readl(ring->regs + RING_CTRL) & RING_RESET) /* vreview: timing/busy-wait-forever */
		cpu_relax();

	writel(RING_ENABLE, ring->regs + RING_CTRL);
	while (!(readl(ring->regs + RING_STATUS) & RING_READY)) /* vreview: timing/busy-wait-forever */
		;
}
