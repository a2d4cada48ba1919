// SPDX-License-Identifier: GPL-2.0-or-later
static int port_add(struct hub *hub)
{
	struct port *port = kzalloc(sizeof(*port), GFP_KERNEL);
	int err;

	if (!port)
		return -ENOMEM;
	mutex_lock(&hub->lock);
	list_add_tail(&port->node, &hub->ports);
	mutex_unlock(&hub->lock);
	err = port_start(port);
	if (err)
		goto free_port;
	return 0;

free_port:
	kfree(port); /* vreview: uaf/freed-while-listed */
	return err;
}
