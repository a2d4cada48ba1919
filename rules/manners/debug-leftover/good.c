// SPDX-License-Identifier: GPL-2.0-or-later
/* Reporting is what these are for; a message with words is one. */
static void ring_dump(const struct ring *ring)
{
	pr_err("ring %u: %u of %u used\n", ring->id, ring->used, ring->size);
	dump_stack();
}

static int ring_start(struct ring *ring)
{
	if (!ring->pages) {
		pr_err("%s: no pages\n", __func__);
		return -EINVAL;
	}
	pr_debug("here\n");
	if (ring->head > ring->size) {
		pr_err("ring %u: head is %u\n", ring->id, ring->head);
		dump_stack();
	}
	return ring_map(ring);
}
