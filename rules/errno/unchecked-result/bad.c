// SPDX-License-Identifier: GPL-2.0-or-later
static int panel_send(struct panel *panel, int value)
{
	if (value > panel->most)
		return -ERANGE;
	return bus_write(panel->bus, value);
}

static int panel_probe(struct panel *panel)
{
	int ret;

	clk_prepare_enable(panel->clk); /* vreview: errno/unchecked-result */
	ret = panel_send(panel, 1);
	if (ret)
		return ret;
	panel_send(panel, 2); /* vreview: errno/unchecked-result */
	ret = panel_send(panel, 3);
	if (ret)
		return ret;
	ret = panel_light(panel); /* vreview: errno/unchecked-result */
	return 0;
}

static void ring_moves(struct ring *ring)
{
	mmu_notifier_unregister(&ring->notifier, ring->mm);
	ring_unmap(ring);
	mmu_notifier_register(&ring->notifier, ring->mm); /* vreview: errno/unchecked-result */
	ring->watched = true;
}
