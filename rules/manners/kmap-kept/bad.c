// SPDX-License-Identifier: GPL-2.0-or-later
static int port_map(struct port *port, struct page *page)
{
	port->ring = kmap(page); /* vreview: manners/kmap-kept */
	port->page = page;
	return 0;
}
