// SPDX-License-Identifier: GPL-2.0-or-later
int port_send(struct port *port, u32 word)
{
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	if (port->dead) {
		spin_unlock(&port->lock); /* vreview: locking/unlock-variant-differs */
		return -EIO;
	}
	port->word = word;
	spin_unlock_irqrestore(&port->lock, flags);
	return 0;
}

void port_stop(struct port *port)
{
	spin_lock(&port->lock);
	port->dead = true;
	spin_unlock_bh(&port->lock); /* vreview: locking/unlock-variant-differs */
}
