// SPDX-License-Identifier: GPL-2.0-or-later
/* Read before, looked up anew, only compared or printed, and another object of the same kind. */
static void port_remove(struct port *port)
{
	int id = port->id;

	device_unregister(&port->dev);
	ida_free(&port_ids, id);
}

static int port_walk(struct device_node *root)
{
	struct device_node *np = of_get_child_by_name(root, "port");
	int n;

	n = of_property_count_strings(np, "clocks");
	of_node_put(np);
	np = of_get_child_by_name(root, "bus");
	n += of_property_count_strings(np, "clocks");
	of_node_put(np);
	return np == root ? -EINVAL : n;
}

static int port_show(struct port *port)
{
	trace_port_put(port);
	return port->id;
}

static void port_put(struct port *port, struct port *peer)
{
	put_device(&port->dev);
	dev_dbg(&peer->dev, "port gone\n");
	peer->count--;
}

static int ports_find(struct device_node *parent)
{
	struct device_node *np;

	for_each_child_of_node(parent, np) {
		if (of_device_is_available(np)) {
			of_node_put(np);
			return 1;
		}
		port_count(np);
	}
	return 0;
}

static int port_lookup(struct path *where)
{
	if (port_is_block(where)) {
		path_put(where);
		where->dentry = NULL;
		return -ENOTBLK;
	}
	return 0;
}
