// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocations that do not wait, a mutex instead, the lock dropped first, and a helper that looks. */
static void port_poll(struct port *port)
{
	if (!in_atomic())
		msleep(1);
}

static void port_release(struct port *port)
{
	spin_unlock(&port->lock);
}

static struct route *port_add(struct port *port)
{
	struct route *route, *spare;

	spin_lock(&port->lock);
	route = kzalloc(sizeof(*route), GFP_ATOMIC);
	port_poll(port);
	spin_unlock(&port->lock);
	spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	spin_lock(&port->lock);
	port_release(port);
	msleep(1);
	mutex_lock(&port->mutex);
	port->spare = spare;
	usleep_range(10, 20);
	mutex_unlock(&port->mutex);
	return route;
}

static int port_ready(struct port *port)
{
	u32 value = 0;
	int err;

	spin_lock(&port->lock);
	err = readl_poll_timeout(port->regs, value, value & 1, 0, 10);
	spin_unlock(&port->lock);
	return err;
}
