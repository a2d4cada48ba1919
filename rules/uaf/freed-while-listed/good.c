// SPDX-License-Identifier: GPL-2.0-or-later
/* Taken out first, a list of the function's own, the list goes as well, a callee takes it out. */
static int port_add(struct hub *hub)
{
	struct port *port = kzalloc(sizeof(*port), GFP_KERNEL);
	int err;

	if (!port)
		return -ENOMEM;
	list_add_tail(&port->node, &hub->ports);
	err = port_start(port);
	if (err) {
		list_del(&port->node);
		kfree(port);
	}
	return err;
}

static int port_try(struct hub *hub)
{
	struct port *port = kzalloc(sizeof(*port), GFP_KERNEL);
	LIST_HEAD(trial);

	if (!port)
		return -ENOMEM;
	list_add(&port->node, &trial);
	hub_try(hub, &trial);
	kfree(port);
	return 0;
}

static void port_forget(struct port *port)
{
	list_del(&port->node);
}

static int port_swap(struct hub *hub)
{
	struct port *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return -ENOMEM;
	list_add(&port->node, &hub->ports);
	if (port_start(port)) {
		port_forget(port);
		kfree(port);
		return -EIO;
	}
	return 0;
}
