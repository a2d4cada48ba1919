// SPDX-License-Identifier: GPL-2.0-or-later
static int port_attach(struct port *port, struct device *dev)
{
	port->partner = port_register_partner(port);
	if (IS_ERR(port->partner)) {
		port->partner = NULL;
		return PTR_ERR(port->partner); /* vreview: iserr/error-of-other-pointer */
	}
	port->map = port_map(dev);
	if (IS_ERR(port->map))
		return PTR_ERR(port); /* vreview: iserr/error-of-other-pointer */
	return 0;
}
