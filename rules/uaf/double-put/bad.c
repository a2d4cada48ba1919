// SPDX-License-Identifier: GPL-2.0-or-later
static int port_clock(struct device_node *parent)
{
	struct device_node *np = of_get_child_by_name(parent, "port");
	int err;

	err = clock_read(np);
	if (err) {
		of_node_put(np);
		goto out_put;
	}
	err = clock_check(np);
out_put:
	of_node_put(np); /* vreview: uaf/double-put */
	return err;
}
