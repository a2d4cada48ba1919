// SPDX-License-Identifier: GPL-2.0-or-later
static u16 port_head(struct port *port)
{
	struct ring *ring = kmap_local_page(port->page);
	u16 head = ring->head;

	kunmap_local(ring);
	return head;
}

static void port_unmap(struct port *port)
{
	kunmap(port->page);
}
