// SPDX-License-Identifier: GPL-2.0-or-later
/* Dropped and taken again, by hand and by a helper; two locks; a label that is passed by. */
static void port_relock(struct port *port)
{
	mutex_lock(&port->lock);
}

static int port_route(struct port *port, struct port *peer, int way)
{
	int err;

	mutex_lock(&port->lock);
	err = port_power(port);
	if (err)
		goto unlock;
	mutex_unlock(&port->lock);
	port_wait(peer);
	mutex_lock(&peer->lock);
	mutex_unlock(&peer->lock);
	port_relock(port);
	port->way = way;
	mutex_unlock(&port->lock);
	mutex_lock(&port->lock);
	if (way < 0) {
		mutex_unlock(&port->lock);
		return -EINVAL;
	}
unlock:
	mutex_unlock(&port->lock);
	return err;
}
