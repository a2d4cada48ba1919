// SPDX-License-Identifier: GPL-2.0-or-later
/* Looked up anew in between, two references, and a label that the path does not reach. */
static int port_clock(struct device_node *parent, struct port *port)
{
	struct device_node *np = of_get_child_by_name(parent, "port");
	int err;

	err = clock_read(np);
	if (err) {
		of_node_put(np);
		np = of_get_child_by_name(parent, "bus");
		goto out_put;
	}
	err = clock_check(np);
	if (!err) {
		of_node_put(np);
		return 0;
	}
out_put:
	of_node_put(np);
	return err;
}

static int port_keep(struct device_node *parent, struct port *port)
{
	struct device_node *np = of_get_child_by_name(parent, "port");
	int err;

	port->node = of_node_get(np);
	err = clock_read(np);
	if (err) {
		of_node_put(np);
		goto out_put;
	}
	return 0;
out_put:
	of_node_put(np);
	return err;
}
