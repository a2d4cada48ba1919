// SPDX-License-Identifier: GPL-2.0-or-later
static void port_remove(struct port *port)
{
	device_unregister(&port->dev);
	ida_free(&port_ids, port->id); /* vreview: uaf/use-after-put */
}

static void port_close(struct port *port)
{
	kref_put(&port->ref, port_free);
	module_put(port->owner); /* vreview: uaf/use-after-put */
}

static int port_clock(struct device_node *np)
{
	of_node_put(np);
	return of_property_count_strings(np, "clocks"); /* vreview: uaf/use-after-put */
}

static void ports_count(struct device_node *parent)
{
	struct device_node *np;

	for_each_child_of_node(parent, np) { /* vreview: uaf/use-after-put */
		if (!of_device_is_available(np)) {
			of_node_put(np);
			continue;
		}
		port_count(np);
	}
}
