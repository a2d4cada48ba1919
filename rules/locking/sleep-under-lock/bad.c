// SPDX-License-Identifier: GPL-2.0-or-later
static int port_settle(struct port *port)
{
	msleep(10);
	return port->state;
}

static struct route *port_add(struct port *port)
{
	struct route *route;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	route = kzalloc(sizeof(*route), GFP_KERNEL); /* vreview: locking/sleep-under-lock */
	port_settle(port); /* vreview: locking/sleep-under-lock */
	spin_unlock_irqrestore(&port->lock, flags);
	rcu_read_lock();
	mutex_lock(&port->mutex); /* vreview: locking/sleep-under-lock */
	mutex_unlock(&port->mutex);
	rcu_read_unlock();
	return route;
}
