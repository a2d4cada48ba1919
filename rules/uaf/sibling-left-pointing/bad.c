// SPDX-License-Identifier: GPL-2.0-or-later
static void port_clear(struct port *port)
{
	kfree(port->rx);
	port->rx = NULL;
	kfree(port->tx); /* vreview: uaf/sibling-left-pointing */
}

static int port_reset(struct port *port)
{
	port_clear(port);
	return port_start(port);
}

static void port_remove(struct port *port)
{
	port_clear(port);
	port_unregister(port);
}
