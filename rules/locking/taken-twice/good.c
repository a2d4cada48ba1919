// SPDX-License-Identifier: GPL-2.0-or-later
/* Another object's lock, a reader's, a callee that drops it first, an attempt, a nested level. */
static void port_clear(struct port *p)
{
	spin_lock(&p->lock);
	p->state = 0;
	spin_unlock(&p->lock);
}

static void port_pause(struct port *port)
{
	spin_unlock(&port->lock);
	port_wait(port);
	spin_lock(&port->lock);
}

static bool port_try(struct port *port)
{
	return spin_trylock(&port->lock);
}

static void port_reset(struct port *port, struct port *peer)
{
	spin_lock(&port->lock);
	port_clear(peer);
	port_pause(port);
	if (port_try(port))
		port->state = 1;
	spin_lock_nested(&port->lock, 1);
	spin_unlock(&port->lock);
}

static void port_read(struct port *port)
{
	down_read(&port->sem);
	rcu_read_lock();
	rcu_read_lock();
	rcu_read_unlock();
	rcu_read_unlock();
	up_read(&port->sem);
}
