// SPDX-License-Identifier: GPL-2.0-or-later
/* Asserted again, taken by a wrapper, and a function that its own callers in the file may hold it
 * for. */
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

static int port_raise(struct port *port)
{
	lockdep_assert_held(&port->lock);
	return port_set(port, 2);
}

static int port_store(struct port *port, int value)
{
	int err;

	port_lock(port);
	err = port_set(port, value);
	port_unlock(port);
	return err;
}

static int port_lower(struct port *port)
{
	return port_set(port, 0);
}

static int port_close(struct port *port)
{
	int err;

	mutex_lock(&port->lock);
	err = port_lower(port);
	mutex_unlock(&port->lock);
	return err;
}
