// SPDX-License-Identifier: GPL-2.0-or-later
/* Tested attempts, a lock that only sometimes is taken, and functions that lock for others. */
static int port_open(struct port *port, bool nowait)
{
	if (nowait) {
		if (!mutex_trylock(&port->lock))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&port->lock)) {
		return -ERESTARTSYS;
	}
	port->users++;
	mutex_unlock(&port->lock);
	return 0;
}

static void port_poke(struct port *port, bool locked)
{
	if (!locked)
		spin_lock(&port->irq_lock);
	port_write(port, PORT_POKE, 1);
	if (!locked)
		spin_unlock(&port->irq_lock);
}

static void port_lock(struct port *port)
{
	mutex_lock(&port->lock);
	port->owner = current;
}

static int port_drop(struct port *port)
	__releases(&port->irq_lock)
{
	int users = --port->users;

	spin_unlock(&port->irq_lock);
	return users;
}
