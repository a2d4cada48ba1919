// SPDX-License-Identifier: GPL-2.0-or-later
static void port_free(struct port *port)
{
	if (port->name) /* vreview: manners/check-before-free */
		kfree(port->name);
	if (port->pages != NULL) /* vreview: manners/check-before-free */
		vfree(port->pages);
}
