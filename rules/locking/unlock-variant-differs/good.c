// SPDX-License-Identifier: GPL-2.0-or-later
/* The second lock goes on with the first one's flags. */
void port_move(struct port *from, struct port *to)
{
	unsigned long flags;

	spin_lock_irqsave(&from->lock, flags);
	spin_lock(&to->lock);
	to->word = from->word;
	spin_unlock(&from->lock);
	to->moved++;
	spin_unlock_irqrestore(&to->lock, flags);
}

/* The callback is called with interrupts off, and without the lock. */
void port_complete(struct port *port)
{
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	port->busy = false;
	spin_unlock(&port->lock);
	port->done(port);
	spin_lock(&port->lock);
	port->calls++;
	spin_unlock_irqrestore(&port->lock, flags);
}

void port_reset(struct port *port)
{
	unsigned long flags;

	local_irq_save(flags);
	spin_lock(&port->lock);
	port->word = 0;
	spin_unlock_irqrestore(&port->lock, flags);
}
