// SPDX-License-Identifier: GPL-2.0-or-later
static int panel_read_id(struct panel *panel, u32 *id)
{
	u8 *raw = kmalloc(ID_BYTES, GFP_KERNEL);
	int ret;

	if (!raw)
		return -ENOMEM;
	ret = panel_wake(panel);
	if (ret)
		return ret; /* vreview: leak/lost-on-error */
	*id = raw[0];
	panel_keep(panel, raw);
	return 0;
}

static int panel_find_bus(struct device *dev, struct panel *panel)
{
	struct device_node *np = of_parse_phandle(dev->of_node, "bus", 0);

	if (!np)
		return 0;
	if (!of_device_is_available(np))
		return -ENXIO; /* vreview: leak/lost-on-error */
	panel->bus = np;
	return 0;
}
