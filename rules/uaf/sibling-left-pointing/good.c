// SPDX-License-Identifier: GPL-2.0-or-later
/* Both are reset, none is, the object goes as well, and nobody comes a second time. */
static void port_clear(struct port *port)
{
	kfree(port->rx);
	port->rx = NULL;
	kfree(port->tx);
	port->tx = NULL;
}

static void port_forget(struct port *port)
{
	kfree(port->name);
	kfree(port->label);
}

static void port_destroy(struct port *port)
{
	kfree(port->stats);
	port->stats = NULL;
	kfree(port->irqs);
	kfree(port);
}

static void port_reset(struct port *port)
{
	port_clear(port);
	port_forget(port);
}

static void port_remove(struct port *port)
{
	port_clear(port);
	port_destroy(port);
}
