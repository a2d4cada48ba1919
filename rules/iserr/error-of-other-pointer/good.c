// SPDX-License-Identifier: GPL-2.0-or-later
/* The tested one; a copy of it; one that was tested earlier; taken out before it is cleared. */
static int port_attach(struct port *port, struct device *dev)
{
	struct map *map;
	struct clk *clk;
	int err;

	map = port_map(dev);
	port->map = map;
	if (IS_ERR(map))
		return PTR_ERR(port->map);
	port->partner = port_register_partner(port);
	if (IS_ERR(port->partner)) {
		err = PTR_ERR(port->partner);
		port->partner = NULL;
		return err;
	}
	clk = port_clock(dev);
	if (IS_ERR(clk)) {
		port->clk = port_clock_old(dev);
		if (IS_ERR(port->clk))
			return PTR_ERR(clk);
	}
	return PTR_ERR_OR_ZERO(port->partner);
}
