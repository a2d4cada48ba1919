// SPDX-License-Identifier: GPL-2.0-or-later
static int gate_ready(struct device *dev)
{
	if (!of_parse_phandle(dev->of_node, "gate", 0)) /* vreview: leak/nested-temporary */
		return -ENODEV;
	return 0;
}

static int gate_lanes(struct device *dev)
{
	return of_get_child_count(of_get_parent(dev->of_node)); /* vreview: leak/nested-temporary */
}

static void gate_hide(struct gate *gate)
{
	debugfs_remove(debugfs_lookup("gate", gate->folder)); /* vreview: leak/nested-temporary */
}
