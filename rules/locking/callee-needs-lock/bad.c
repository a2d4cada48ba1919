// SPDX-License-Identifier: GPL-2.0-or-later
static int port_set(struct port *port, int state)
{
	lockdep_assert_held(&port->lock);
	port->state = state;
	return 0;
}

static int port_open(struct port *port)
{
	int err;

	mutex_lock(&port->lock);
	err = port_set(port, 1);
	mutex_unlock(&port->lock);
	return err;
}

static int port_store(struct port *port, int value)
{
	return port_set(port, value); /* vreview: locking/callee-needs-lock */
}
