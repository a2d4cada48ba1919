// SPDX-License-Identifier: GPL-2.0-or-later
/* The size of what is pointed to, of a type, and of a pointer where a pointer is stored. */
static int ring_open(struct ring *ring, unsigned int slots)
{
	struct slot __user *from = ring->from;
	struct slot **table, *slot;

	slot = kzalloc(sizeof(*slot), GFP_KERNEL);
	table = kcalloc(slots, sizeof(slot), GFP_KERNEL);
	ring->state = kmalloc(sizeof(struct state), GFP_KERNEL);
	if (!slot || !table || !ring->state)
		return -ENOMEM;
	memset(table, 0, slots * sizeof(slot));
	ring->table = table;
	return copy_from_user(slot, from, sizeof(*slot)) ? -EFAULT : 0;
}
