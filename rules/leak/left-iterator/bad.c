// SPDX-License-Identifier: GPL-2.0-or-later
static int ports_parse(struct device *dev, struct ports *ports)
{
	struct device_node *child;
	int ret;

	for_each_child_of_node(dev->of_node, child) {
		ret = of_property_read_u32(child, "reg", &ports->id);
		if (ret)
			return ret; /* vreview: leak/left-iterator */
	}
	return 0;
}

static bool ports_any(struct device *dev)
{
	struct fwnode_handle *child;

	device_for_each_child_node(dev, child) {
		if (fwnode_property_present(child, "demo,port"))
			break;
	}
	return dev->id > 0; /* vreview: leak/left-iterator */
}
