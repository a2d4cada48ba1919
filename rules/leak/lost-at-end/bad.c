// SPDX-License-Identifier: GPL-2.0-or-later
static void bridge_init(struct bridge *bridge)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "demo,bridge");

	if (np)
		bridge->ports = of_get_child_count(np);
} /* vreview: leak/lost-at-end */

static int bridge_count(struct bridge *bridge)
{
	struct pci_dev *root = pci_get_device(DEMO_VENDOR, DEMO_ROOT, NULL);

	if (!root)
		return 0;
	bridge->lanes = pcie_get_width_cap(root);
	return bridge->lanes; /* vreview: leak/lost-at-end */
}
