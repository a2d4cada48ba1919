// SPDX-License-Identifier: GPL-2.0-or-later
/* Looked at, dropped on purpose, in teardown, or while something is being undone. */
static int panel_send(struct panel *panel, int value)
{
	if (value > panel->most)
		return -ERANGE;
	return bus_write(panel->bus, value);
}

static int panel_probe(struct panel *panel)
{
	int ret;

	ret = clk_prepare_enable(panel->clk);
	if (ret)
		return ret;
	ret = panel_send(panel, 1);
	if (ret) {
		panel_send(panel, 0);
		return ret;
	}
	ret = panel_send(panel, 3);
	if (ret)
		return ret;
	(void)panel_send(panel, 2);
	return 0;
}

static int panel_remove(struct panel *panel)
{
	panel_send(panel, 0);
	return 0;
}

static void panel_blink(struct panel *panel)
{
	panel_send(panel, 4);
}
