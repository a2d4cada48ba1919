// SPDX-License-Identifier: GPL-2.0-or-later
/* Put before leaving; the loop has ended by itself; the reference goes on to somebody. */
static int ports_parse(struct device *dev, struct ports *ports)
{
	struct device_node *child;
	int ret;

	for_each_child_of_node(dev->of_node, child) {
		ret = of_property_read_u32(child, "reg", &ports->id);
		if (ret) {
			of_node_put(child);
			return ret;
		}
		if (ports->id > MOST_PORTS)
			continue;
		ports->count++;
	}
	return 0;
}

static struct device_node *ports_find(struct device *dev, const char *name)
{
	struct device_node *child;

	for_each_available_child_of_node(dev->of_node, child) {
		if (of_node_name_eq(child, name))
			return child;
	}
	return NULL;
}

static int ports_keep(struct device *dev, struct ports *ports)
{
	struct device_node *child;

	for_each_child_of_node(dev->of_node, child) {
		if (of_property_read_bool(child, "demo,main")) {
			ports->node = child;
			break;
		}
	}
	return ports->node ? 0 : -ENODEV;
}

static int ports_scoped(struct device *dev)
{
	for_each_child_of_node_scoped(dev->of_node, child) {
		if (of_property_read_bool(child, "demo,off"))
			return -ENODEV;
	}
	return 0;
}
