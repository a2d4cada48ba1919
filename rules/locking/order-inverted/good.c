// SPDX-License-Identifier: GPL-2.0-or-later
static void ring_flush(struct ring *ring)
{
	mutex_lock(&ring->lock);
	ring->queued = 0;
	mutex_unlock(&ring->lock);
}

void bus_stop(struct bus *bus)
{
	mutex_lock(&bus->lock);
	ring_flush(bus->ring);
	mutex_unlock(&bus->lock);
}

/* Only tried: it never waits. */
void ring_announce(struct ring *ring)
{
	struct bus *bus = ring->bus;

	mutex_lock(&ring->lock);
	if (mutex_trylock(&bus->lock)) {
		bus->rings++;
		mutex_unlock(&bus->lock);
	}
	mutex_unlock(&ring->lock);
}

/* Dropped before the other one is taken. */
void ring_count(struct ring *ring)
{
	struct bus *bus = ring->bus;

	mutex_lock(&ring->lock);
	ring->queued++;
	mutex_unlock(&ring->lock);
	mutex_lock(&bus->lock);
	bus->rings++;
	mutex_unlock(&bus->lock);
}

/* Another struct's lock of the same name. */
void port_lock_first(struct port *port)
{
	struct bus *bus = port->bus;

	mutex_lock(&port->lock);
	bus_count(bus);
	mutex_unlock(&port->lock);
}
