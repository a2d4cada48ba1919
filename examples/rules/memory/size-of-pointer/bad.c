// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_open(struct ring *ring, unsigned int slots)
{
	struct slot *slot;

	slot = kzalloc(sizeof(slot), GFP_KERNEL); /* vreview: memory/size-of-pointer */
	if (!slot)
		return -ENOMEM;
	ring->table = kcalloc(slots, sizeof(ring->table), GFP_KERNEL); /* vreview: memory/size-of-pointer */
	if (!ring->table) {
		kfree(slot);
		return -ENOMEM;
	}
	list_add(&slot->node, &ring->slots);
	return 0;
}
