// SPDX-License-Identifier: GPL-2.0-or-later
static void port_free(struct port *port)
{
	kfree(port->name);
	if (port->pages) {
		vfree(port->pages);
		port->pages = NULL;
	}
	if (port->owner)
		kfree(port->label);
	if (port->size && port->table)
		kfree(port->table);
	if (port->users == 0)
		kfree(port->list);
}
