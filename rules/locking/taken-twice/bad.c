// SPDX-License-Identifier: GPL-2.0-or-later
static DEFINE_MUTEX(port_mutex);

static void port_clear(struct port *p)
{
	spin_lock(&p->lock);
	p->state = 0;
	spin_unlock(&p->lock);
}

static void port_reset(struct port *port)
{
	spin_lock(&port->lock);
	port_clear(port); /* vreview: locking/taken-twice */
	spin_unlock(&port->lock);
}

static void port_open(struct port *port)
{
	mutex_lock(&port_mutex);
	if (port->state)
		mutex_lock(&port_mutex); /* vreview: locking/taken-twice */
	mutex_unlock(&port_mutex);
}
