// SPDX-License-Identifier: GPL-2.0-or-later
static int port_open(struct port *port)
{
	int err;

	mutex_lock(&port->lock);
	if (port->users++)
		goto out;
	err = port_power(port, true);
	if (err)
		return err; /* vreview: locking/missing-unlock */
out:
	mutex_unlock(&port->lock);
	return 0;
}
