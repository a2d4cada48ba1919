// SPDX-License-Identifier: GPL-2.0-or-later
static int port_route(struct port *port, int way)
{
	int err = 0;

	mutex_lock(&port->lock);
	switch (way) {
	case 1:
		err = port_power(port);
		break;
	default:
		mutex_unlock(&port->lock);
		err = -EINVAL;
		goto unlock;
	}
	port->way = way;
unlock:
	mutex_unlock(&port->lock); /* vreview: locking/unlock-without-lock */
	return err;
}
