// SPDX-License-Identifier: GPL-2.0-or-later
/* Put; handed to the caller or to an object; the walker drops what it starts from. */
static void bridge_init(struct bridge *bridge)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "demo,bridge");

	bridge->ports = of_get_child_count(np);
	of_node_put(np);
}

static struct pci_dev *bridge_root(struct bridge *bridge)
{
	struct pci_dev *root = pci_get_device(DEMO_VENDOR, DEMO_ROOT, NULL);

	if (root)
		bridge->lanes = pcie_get_width_cap(root);
	return root;
}

static void bridge_keep(struct bridge *bridge)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "demo,bridge");

	if (np)
		bridge->dev.of_node = np;
}

static int bridge_count(struct device_node *parent)
{
	struct device_node *np = NULL;
	int count = 0;

	while ((np = of_get_next_child(parent, np)))
		count++;
	return count;
}

static void *bridge_buffer(struct bridge *bridge)
{
	void *first = kmalloc(64, GFP_KERNEL);
	void *buffer = first;

	if (!buffer)
		return NULL;
	bridge_fill(bridge, buffer);
	kfree(buffer);
	return bridge->spare;
}

static struct lamp *lamp_by_name(const char *name)
{
	struct device *dev = class_find_device_by_name(&lamp_class, name);

	if (!dev)
		return NULL;
	return container_of(dev, struct lamp, dev);
}

static void lamp_debug(struct lamp *lamp, struct dentry *parent)
{
	struct dentry *dir = debugfs_create_dir("lamp", parent);

	debugfs_create_u32("level", 0444, dir, &lamp->level);
}
