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
	ring_flush(bus->ring); /* vreview: locking/order-inverted */
	mutex_unlock(&bus->lock);
}

void ring_announce(struct ring *ring)
{
	struct bus *bus = ring->bus;

	mutex_lock(&ring->lock);
	mutex_lock(&bus->lock); /* vreview: locking/order-inverted */
	bus->rings++;
	mutex_unlock(&bus->lock);
	mutex_unlock(&ring->lock);
}
