// SPDX-License-Identifier: GPL-2.0-or-later
/* A name to drop it by; a call that takes it over; a reference that is taken for somebody. */
static int gate_lanes(struct device *dev)
{
	struct device_node *parent = of_get_parent(dev->of_node);
	int lanes = of_get_child_count(parent);

	of_node_put(parent);
	return lanes;
}

static void gate_put(struct device *dev)
{
	of_node_put(of_get_parent(dev->of_node));
}

static void gate_keep(struct gate *gate, struct device_node *np)
{
	gate_set_node(gate, of_node_get(np));
}

static int gate_next(struct device_node *np)
{
	struct device_node *up = of_get_next_parent(of_get_parent(np));
	int ret = up ? 0 : -ENODEV;

	of_node_put(up);
	return ret;
}
